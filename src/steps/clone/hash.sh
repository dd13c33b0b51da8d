resolve() { commit=$ref source=$ref; }
