package demo

import "os/exec"

func alone(*exec.Cmd) {}
