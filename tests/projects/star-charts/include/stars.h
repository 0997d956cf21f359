#define STARS 110
