resolve() { named; }
