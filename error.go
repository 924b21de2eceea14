package stet

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is the class of an error. It decides what happens next: whether the queue tries again, the HTTP status, the
// exit code.
type Kind string

const (
	Internal        Kind = "internal"        // a fault of ours or of the machine
	Invalid         Kind = "invalid"         // malformed, or against a rule; sending it again will not help
	Unauthenticated Kind = "unauthenticated" // who are you
	Forbidden       Kind = "forbidden"       // you may not
	NotFound        Kind = "not_found"       // there is no such thing
	Conflict        Kind = "conflict"        // the thing is in another state than the request needs
	TooLarge        Kind = "too_large"       // over a size limit
	Unsupported     Kind = "unsupported"     // a media type, encoding or ability that is not offered
	Throttled       Kind = "throttled"       // too often; RetryAfter says when to come back
	Unavailable     Kind = "unavailable"     // not now; try again
	Configuration   Kind = "configuration"   // stet.yaml, a credential or a target's settings must change first
)

// Outcome is what is known of a write after the call: a call that failed may still have taken effect.
// The zero value is Unknown, so that whoever forgets to say is never read as "nothing happened".
type Outcome string

const (
	Unknown    Outcome = ""            // it may have happened: look, never repeat blindly
	NotApplied Outcome = "not_applied" // provably nothing happened
	Applied    Outcome = "applied"     // it happened
)

// Error is the one error type that crosses package boundaries with a meaning.
type Error struct {
	Kind       Kind
	Code       string         // stable word for machines: "stale_version"
	Message    string         // what happened, why, and what to do next; may be shown to anyone who may see the content
	Pointer    string         // JSON pointer (RFC 6901) of the fault, where there is one
	Details    map[string]any // values for machines, in the problem document
	RetryAfter time.Duration  // for Throttled and Unavailable
	Outcome    Outcome        // for writes to a CMS
	Err        error          // the cause, for the log only
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind and a code. A ": %w" at the end of the format becomes its cause, which Message leaves
// out: what may be shown and what is for the log are kept apart.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	cause := errors.Unwrap(err)
	message := err.Error()
	if cause != nil {
		message = strings.TrimSuffix(message, ": "+cause.Error())
	}
	return &Error{Kind: kind, Code: code, Message: message, Err: cause}
}

// KindOf is the kind of the first Error in err's chain, Internal where there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// OutcomeOf is what err says of a write: nil is Applied, and an error that does not say is Unknown.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Applied
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Outcome
	}
	return Unknown
}

// IsKind reports whether err is of the kind.
func IsKind(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
