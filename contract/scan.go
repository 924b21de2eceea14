package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"stet"
)

// Limits bound what a body may ask of the reader. A zero field is its default.
type Limits struct {
	Bytes   int // of the body: 1 MiB
	Depth   int // of objects and arrays inside one another: 64
	Values  int // in all: 50,000
	Members int // of one object: 1,000
}

const (
	maxKey     = 256 // bytes of a member's name
	maxNumber  = 32  // bytes of a number
	maxPointer = 512 // bytes of a pointer in an error
)

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	set(&l.Bytes, 1<<20)
	set(&l.Depth, 64)
	set(&l.Values, 50_000)
	set(&l.Members, 1_000)
	return l
}

// scanner reads one JSON text strictly, in one pass that ends at the first fault. jsontext refuses invalid UTF-8, lone
// surrogates and duplicate names; the scanner adds what RFC 7493 (I-JSON) and the contract ask beyond that.
type scanner struct {
	dec    *jsontext.Decoder
	limits Limits
	values int
}

// scan returns body as a tree of map[string]any, []any, string, json.Number, bool and nil.
func scan(body []byte, limits Limits) (any, error) {
	limits = limits.withDefaults()
	if len(body) > limits.Bytes {
		return nil, stet.Errorf(stet.TooLarge, "too_large",
			"the body has %d bytes and the limit is %d; send pictures by address and long texts in parts", len(body), limits.Bytes)
	}
	if bytes.HasPrefix(body, []byte("\ufeff")) {
		return nil, fault("malformed_json", "", "the body starts with a byte order mark; send JSON as UTF-8 without one (RFC 8259, 8.1)")
	}
	s := &scanner{dec: jsontext.NewDecoder(bytes.NewBuffer(body)), limits: limits}
	tree, err := s.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := s.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fault("trailing_data", "", "the body goes on at byte %d after its JSON value; send one value and nothing else",
			s.dec.InputOffset())
	}
	return tree, nil
}

func (s *scanner) value(depth int) (any, error) {
	token, err := s.dec.ReadToken()
	if err != nil {
		return nil, s.syntax(err)
	}
	if s.values++; s.values > s.limits.Values {
		return nil, s.fault("too_many_values", "the body has more than %d values; make it smaller", s.limits.Values)
	}
	switch token.Kind() {
	case '{', '[':
		if depth == s.limits.Depth {
			return nil, s.fault("too_deep", "objects and arrays are more than %d deep; make the body flatter", s.limits.Depth)
		}
		if token.Kind() == '{' {
			return s.object(depth + 1)
		}
		return s.array(depth + 1)
	case '"':
		return s.text(token)
	case '0':
		return s.number(token)
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

func (s *scanner) array(depth int) (any, error) {
	list := []any{}
	for s.dec.PeekKind() != ']' {
		value, err := s.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := s.dec.ReadToken()
	return list, err
}

func (s *scanner) object(depth int) (any, error) {
	object, folded := map[string]any{}, map[string]string{}
	for s.dec.PeekKind() != '}' {
		name, err := s.name(folded)
		if err != nil {
			return nil, err
		}
		if object[name], err = s.value(depth); err != nil {
			return nil, err
		}
	}
	_, err := s.dec.ReadToken()
	return object, err
}

// name reads a member's name and refuses one that a reader which ignores case or normal form takes for another.
func (s *scanner) name(folded map[string]string) (string, error) {
	token, err := s.dec.ReadToken()
	if err != nil {
		return "", s.syntax(err)
	}
	name := token.String()
	if len(name) > maxKey {
		return "", s.fault("name_too_long", "a name has %d bytes and the limit is %d; shorten it", len(name), maxKey)
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return unicode.IsControl(r) || noncharacter(r) }); i >= 0 {
		return "", s.fault("bad_text", "the name %q holds a control character or a noncharacter; remove it", name)
	}
	key := fold(name)
	if twin, found := folded[key]; found {
		return "", s.fault("key_twin", "the names %q and %q differ only in case or Unicode form; keep one", twin, name)
	}
	if folded[key] = name; len(folded) > s.limits.Members {
		return "", s.fault("too_many_members", "an object has more than %d members; make it smaller", s.limits.Members)
	}
	return name, nil
}

// fold maps names to one key where encoding/json, or a reader after normalisation, would take one for the other:
// "slug", "SLUG" and "ſlug" (the long s folds to s).
func fold(name string) string {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
		}
	}
	return name
}

func (s *scanner) text(token jsontext.Token) (any, error) {
	text := token.String()
	for _, r := range text {
		switch {
		case r == '\n', r == '\r', r == '\t':
		case unicode.IsControl(r):
			return nil, s.fault("bad_text", "the text holds the control character %U; remove it (line break and tab may stay)", r)
		case noncharacter(r):
			return nil, s.fault("bad_text", "the text holds %U, which is no character (Unicode 23.7); remove it", r)
		}
	}
	return text, nil
}

func noncharacter(r rune) bool { return r >= 0xFDD0 && (r <= 0xFDEF || r&0xFFFE == 0xFFFE) }

// number keeps the number as it is written and refuses what a float64 would change (RFC 7493, 2.2).
func (s *scanner) number(token jsontext.Token) (any, error) {
	raw := token.String()
	if len(raw) > maxNumber {
		return nil, s.fault("bad_number", "a number has %d characters and the limit is %d; send it as a string", len(raw), maxNumber)
	}
	value, err := strconv.ParseFloat(raw, 64)
	mantissa, _, _ := strings.Cut(strings.ToLower(raw), "e")
	switch {
	case err != nil, value == 0 && strings.ContainsAny(mantissa, "123456789"):
		return nil, s.fault("bad_number", "the number %s is beyond a 64-bit float; send it as a string", raw)
	case math.Abs(value) > stet.MaxVersion && !strings.ContainsAny(raw, ".eE"):
		return nil, s.fault("bad_number", "the integer %s is beyond ±(2^53-1), the range JSON numbers carry exactly", raw)
	}
	return json.Number(raw), nil
}

func (s *scanner) fault(code, format string, args ...any) *stet.Error {
	return fault(code, clip(s.dec.StackPointer()), format, args...)
}

func (s *scanner) syntax(err error) *stet.Error {
	pointer, offset := s.dec.StackPointer(), s.dec.InputOffset()
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		pointer, offset, err = syntactic.JSONPointer, syntactic.ByteOffset, syntactic.Err
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return fault("duplicate_key", clip(pointer), "the name %q is there twice; keep one", clipped(pointer.LastToken()))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault("malformed_json", clip(pointer), "the JSON ends at byte %d before it is complete; send the whole body", offset)
	}
	return fault("malformed_json", clip(pointer), "the body is no JSON from byte %d on: %s", offset, clipped(err.Error()))
}

// clip shortens a pointer of unreasonable length to an ancestor, so that an error never repeats the input.
func clip(pointer jsontext.Pointer) string {
	for len(pointer) > maxPointer {
		pointer = pointer.Parent()
	}
	return string(pointer)
}

func clipped(s string) string {
	const most = 80
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// fault is an Invalid error at a place in the body.
func fault(code, pointer, format string, args ...any) *stet.Error {
	e := stet.Errorf(stet.Invalid, code, format, args...)
	e.Pointer = pointer
	return e
}
