package vale

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// formula is an expression while it is computed: + - * / with brackets, numbers, variables, math.sqrt and math.abs.
type formula struct {
	rest  string
	vars  map[string]float64
	depth int
}

// maxDepth is how deep brackets and signs may be nested.
const maxDepth = 50

func evaluate(text string, vars map[string]float64) (float64, error) {
	f := &formula{rest: text, vars: vars}
	value, err := f.sum()
	if f.skip(); err == nil && f.rest != "" {
		return 0, fmt.Errorf("compute formula: %q is left over", f.rest)
	}
	return value, err
}

func (f *formula) skip() { f.rest = strings.TrimLeft(f.rest, " \t\n\r") }

// next takes one of the characters off, 0 where another stands.
func (f *formula) next(chars string) byte {
	f.skip()
	if f.rest == "" || strings.IndexByte(chars, f.rest[0]) < 0 {
		return 0
	}
	c := f.rest[0]
	f.rest = f.rest[1:]
	return c
}

func (f *formula) sum() (float64, error) {
	value, err := f.product()
	for err == nil {
		sign := f.next("+-")
		if sign == 0 {
			break
		}
		var other float64
		other, err = f.product()
		if sign == '-' {
			other = -other
		}
		value += other
	}
	return value, err
}

func (f *formula) product() (float64, error) {
	value, err := f.factor()
	for err == nil {
		sign := f.next("*/")
		if sign == 0 {
			break
		}
		var other float64
		if other, err = f.factor(); sign == '/' {
			other = 1 / other
		}
		value *= other
	}
	return value, err
}

func (f *formula) factor() (float64, error) {
	if f.depth++; f.depth > maxDepth {
		return 0, fmt.Errorf("compute formula: it is nested deeper than %d", maxDepth)
	}
	defer func() { f.depth-- }()
	if f.next("-") != 0 {
		value, err := f.factor()
		return -value, err
	}
	if f.next("(") != 0 {
		value, err := f.sum()
		if err == nil && f.next(")") == 0 {
			err = fmt.Errorf("compute formula: a bracket is not closed before %q", f.rest)
		}
		return value, err
	}
	end := 0
	for end < len(f.rest) && (f.rest[end] == '.' || f.rest[end] == '_' || f.rest[end] >= '0' && f.rest[end] <= '9' || f.rest[end]|0x20 >= 'a' && f.rest[end]|0x20 <= 'z') {
		end++
	}
	name := f.rest[:end]
	f.rest = f.rest[end:]
	switch name {
	case "math.sqrt":
		value, err := f.factor()
		return math.Sqrt(value), err
	case "math.abs":
		value, err := f.factor()
		return math.Abs(value), err
	}
	if value, known := f.vars[name]; known {
		return value, nil
	}
	value, err := strconv.ParseFloat(name, 64)
	if err != nil {
		return 0, fmt.Errorf("compute formula: %q is no number and no variable", name)
	}
	return value, nil
}
