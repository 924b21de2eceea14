package app

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

// FailpointVariable names the environment variable with a failpoint, NAME or NAME:N, for tests alone: the N-th time the
// process passes the point NAME of the engine (K0, K9, K3:upsert) it ends as by SIGKILL, without any clean-up.
const FailpointVariable = "STET_FAILPOINT"

// failpoint gives the hook of the engine for the value of the variable; nil where it is empty.
func failpoint(value string) func(string) {
	if value == "" {
		return nil
	}
	name, wanted := value, int64(1)
	if i := strings.LastIndexByte(value, ':'); i >= 0 {
		if n, err := strconv.ParseInt(value[i+1:], 10, 64); err == nil {
			name, wanted = value[:i], n
		}
	}
	var passed atomic.Int64
	return func(point string) {
		if point == name && passed.Add(1) == wanted {
			die()
		}
	}
}

// die ends the process as the kernel would: SIGKILL where there is one.
func die() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill() // below is what remains when this fails
	}
	select {} // the signal is on its way; nothing more may happen here
}
