fill() { value=$1; }
