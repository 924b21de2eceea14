package bench

import (
	"os"
	"syscall"
)

// datasync is what SQLite and PostgreSQL do on Linux by default.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
