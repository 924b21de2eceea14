package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"stet"
)

// faultOf is the first violation, in the order of pointers, that a schema's validator found, as an error with a
// sentence. The order makes the answer to equal bodies equal.
func faultOf(err error) error {
	root, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return fmt.Errorf("validate body: %w", err)
	}
	var first *jsonschema.ValidationError
	for leaf := range leaves(root) {
		if first == nil || before(leaf, first) {
			first = leaf
		}
	}
	return describe(first)
}

func leaves(e *jsonschema.ValidationError) func(func(*jsonschema.ValidationError) bool) {
	return func(yield func(*jsonschema.ValidationError) bool) { walk(e, yield) }
}

func walk(e *jsonschema.ValidationError, yield func(*jsonschema.ValidationError) bool) bool {
	if len(e.Causes) == 0 {
		return yield(e)
	}
	return !slices.ContainsFunc(e.Causes, func(cause *jsonschema.ValidationError) bool { return !walk(cause, yield) })
}

// before puts unknown names first: a misspelt name is the cause of the missing one.
func before(a, b *jsonschema.ValidationError) bool {
	if c := slices.Compare(a.InstanceLocation, b.InstanceLocation); c != 0 {
		return c < 0
	}
	return rank(a) < rank(b)
}

func rank(e *jsonschema.ValidationError) string {
	switch e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return ""
	default:
		return strings.Join(e.ErrorKind.KeywordPath(), "/")
	}
}

func describe(e *jsonschema.ValidationError) *stet.Error {
	at := pointer(e.InstanceLocation...)
	name := at
	if name == "" {
		name = "the body"
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		field := slices.Min(k.Properties)
		return fault("unknown_field", at+pointer(field), "%s has no field %q in this version of the contract; remove it or correct its name",
			name, clipped(field))
	case *kind.Required:
		field := slices.Min(k.Missing)
		return fault("missing_field", at+pointer(field), "%s lacks the field %q; add it", name, field)
	case *kind.FalseSchema:
		return fault("unknown_field", at, "%s may not be there: an unpublish_request carries no content; remove it", name)
	case *kind.Type:
		return fault("wrong_type", at, "%s is of type %s and must be %s", name, k.Got, strings.Join(k.Want, " or "))
	}
	return fault("wrong_value", at, "%s %s", name, expectation(e.ErrorKind))
}

func expectation(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Enum:
		return fmt.Sprintf("is %s and must be one of %s", shown(k.Got), shown(k.Want))
	case *kind.Const:
		return fmt.Sprintf("is %s and must be %s", shown(k.Got), shown(k.Want))
	case *kind.Pattern:
		return fmt.Sprintf("is %s and must match the regular expression %s", shown(k.Got), k.Want)
	case *kind.Format:
		return fmt.Sprintf("is %s and must be a valid %s", shown(k.Got), k.Want)
	case *kind.MinLength:
		return fmt.Sprintf("has %d characters and must have at least %d", k.Got, k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("has %d characters and may have at most %d", k.Got, k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("has %d items and must have at least %d", k.Got, k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("has %d items and may have at most %d", k.Got, k.Want)
	case *kind.UniqueItems:
		return fmt.Sprintf("has equal items at %d and %d; keep one", k.Duplicates[0], k.Duplicates[1])
	case *kind.Minimum:
		return fmt.Sprintf("is %s and must be at least %s", k.Got.RatString(), k.Want.RatString())
	case *kind.Maximum:
		return fmt.Sprintf("is %s and may be at most %s", k.Got.RatString(), k.Want.RatString())
	}
	return fmt.Sprintf("does not satisfy the schema's %s", strings.Join(k.KeywordPath(), "/"))
}

// shown is a value as it may stand in a message: JSON, and not too long.
func shown(v any) string {
	if text, ok := v.(string); ok {
		v = clipped(text)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "a value that is no JSON"
	}
	return clipped(string(raw))
}

// pointer is the JSON pointer (RFC 6901) of the names, one after another.
func pointer(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	return b.String()
}
