#define STEPS 12
