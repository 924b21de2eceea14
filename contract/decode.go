package contract

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"stet"
)

// Decode reads an event from a source: version 1 or 2, the three types a source may send. The package comment says
// what is refused. Absent idempotency_key and attempt have their defaults in the result.
func Decode(body []byte, limits Limits) (Envelope, error) {
	name, err := validated(body, limits)
	if err != nil {
		return Envelope{}, err
	}
	if name == LogSchema {
		return Envelope{}, fault("unknown_schema", "/schema", "schema is %q, which stet sends and does not take; send %q", name, Schema1)
	}
	var e Envelope
	if err := unmarshal(body, &e); err != nil {
		return Envelope{}, err
	}
	return e.withDefaults(), nil
}

// unmarshal decodes a body that its schema accepts. What may still fail is the spelling of a number or a time: to a
// schema 1e2 and 100.0 are integers, to the contract they are not.
func unmarshal(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return fmt.Errorf("decode body: %w", err)
	}
	at := clip(semantic.JSONPointer)
	if semantic.JSONKind == '0' {
		return fault("bad_number", at, "%s is %s and must be a plain integer without sign, point or exponent", at,
			clipped(string(semantic.JSONValue)))
	}
	return &stet.Error{Kind: stet.Invalid, Code: "wrong_value", Pointer: at, Err: semantic.Err,
		Message: fmt.Sprintf("%s is not what the contract says", at)}
}
