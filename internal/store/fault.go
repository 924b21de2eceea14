package store

import (
	"errors"
	"fmt"

	"stet"
)

// EventExists is the error for an event whose id is in the log.
func EventExists(id string) error {
	return stet.Errorf(stet.Conflict, "event_exists", "event %q is in the log already; an event is written once", id)
}

func errClosed() error {
	return stet.Errorf(stet.Unavailable, "store_closed", "the store is closed because the process is stopping; try again once it runs")
}

func errBroken(cause error) error {
	return stet.Errorf(stet.Unavailable, "store_stopped", "store is stopped after a write could not be brought to disk; restart after fixing the disk: %w", cause)
}

// public is err as a caller of Update gets it.
func public(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*stet.Error](err); ok {
		return err
	}
	switch {
	case errors.Is(err, ErrCommitUnknown):
		return stet.Errorf(stet.Unavailable, "commit_unknown", "the database was lost during a commit, which may have taken effect; send the same again: %w", err)
	case errors.Is(err, ErrRetry):
		e := stet.Errorf(stet.Unavailable, "store_unavailable", "the database cannot be written at the moment, nothing was changed; try again: %w", err)
		e.Outcome = stet.NotApplied
		return e
	}
	return fmt.Errorf("write store: %w", err)
}
