choose() { filter=''; }
