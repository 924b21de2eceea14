package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stet"
	"stet/internal/client"
	"stet/internal/ledger"
)

// The exit codes of every command; exitCodesTopic and docs/cli.md tell them.
const (
	exitDone        = 0
	exitFailed      = 1 // what was asked for was tried and failed, or a check found something
	exitUsage       = 2 // the command line, the configuration or the policy is wrong
	exitRefused     = 3 // the server, or a rule, said no
	exitUnavailable = 4 // not reachable, busy, or in use: try again
	exitInternal    = 5 // a fault of stet or of the machine
	exitInterrupted = 130
)

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `The exit codes of stet:

  0    done
  1    it was tried and failed, or a check found something: an article could not be published or does not pass its
       policy, the log does not verify, the demo found a duplicate page
  2    the command line, the configuration or the policy is wrong; nothing was done
  3    refused: a stale version, another content under this version, no such content, not allowed
  4    not reachable, busy or in use; the same command may succeed later
  5    a fault of stet or of the machine
  130  interrupted

A command that does several things (stet send *.md) ends with the highest code of them, 130 aside.`,
	}
}

// quietError carries an exit code. What there is to say was said already where told is set.
type quietError struct {
	code    int
	message string
	told    bool
}

func (e quietError) Error() string { return e.message }

// usage says that the command line is wrong.
func usage(format string, args ...any) error {
	return quietError{code: exitUsage, message: fmt.Sprintf(format, args...)}
}

// failed says that what was asked for did not come about.
func failed(format string, args ...any) error {
	return quietError{code: exitFailed, message: fmt.Sprintf(format, args...)}
}

// ended ends with a code without another word.
func ended(code int) error {
	if code == exitDone {
		return nil
	}
	return quietError{code: code, told: true}
}

func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	if quiet, ok := errors.AsType[quietError](err); ok {
		return quiet.code
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	known, ok := errors.AsType[*stet.Error](err)
	if !ok {
		return exitInternal
	}
	switch known.Kind {
	case stet.Configuration:
		return exitUsage
	case stet.Unavailable, stet.Throttled:
		return exitUnavailable
	case stet.Internal:
		if known.Code == client.Unreachable {
			return exitUnavailable
		}
		return exitInternal
	}
	return exitRefused
}

func asFault(err error) *ledger.Fault {
	fault, _ := errors.AsType[*ledger.Fault](err)
	return fault
}
