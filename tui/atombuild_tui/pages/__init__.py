"""What the lower part of the main screen can show. A page turns a dashboard into rows; it knows no engine."""
