package faults

var besideDeployment = map[string]fault{}
