//go:build unix

package demo

import (
	"os/exec"
	"syscall"
)

// alone puts the process into a group of its own, so that Ctrl-C reaches it through the demo and in its order.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
