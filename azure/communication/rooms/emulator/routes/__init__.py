"""HTTP on one side, rules and store on the other."""
