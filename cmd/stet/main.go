// Command stet brings content from its sources to its targets, exactly once in effect.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"stet/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(cli.Run(ctx, os.Args[1:], cli.System()))
}
