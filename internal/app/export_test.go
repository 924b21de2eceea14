package app

var (
	NewServer = newServer
	Failpoint = failpoint
)
