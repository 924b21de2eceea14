// Package vale turns the rules of a Vale style into rules of a policy pack.
package vale

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stet/internal/policy/strict"
)

// Result is a style as our rules, and what did not become one.
type Result struct {
	Style string
	Rules []Rule // in the order of the style's file names
	Left  []Left
}

// Rule is a file of rules that says what one rule of the style said.
type Rule struct {
	Name string // of the style's rule: Google.Passive
	File string // for rules/ of a pack: google-passive.yaml
	YAML []byte
}

// Left is a rule of the style, or a part of one, that has no translation.
type Left struct {
	Name   string
	Reason string
}

// firstNumber is the number of the first rule of a style: VOI-200 and on. A style that has more rules than numbers are left
// is refused.
const (
	firstNumber = 200
	lastNumber  = 999
)

// Import reads the rules of a style, which are the files DIR/*.yml, as Vale 3 documents them (https://vale.sh/docs).
// Where DIR holds styles, each in its own folder, all are read. Nothing is written.
func Import(dir string) (Result, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yml"))
	if err == nil && len(files) == 0 {
		files, err = filepath.Glob(filepath.Join(dir, "*", "*.yml"))
	}
	if err != nil {
		return Result{}, fmt.Errorf("read style: %w", err)
	}
	if len(files) == 0 {
		return Result{}, fmt.Errorf("read style %s: it has no *.yml files; name the folder of one style, such as styles/Google", dir)
	}
	slices.Sort(files)
	result := Result{Style: filepath.Base(dir)}
	number := firstNumber
	for _, path := range files {
		t, err := translate(path)
		if err != nil {
			return Result{}, err
		}
		result.Left = append(result.Left, t.left...)
		if len(t.rules) == 0 {
			continue
		}
		if number+len(t.rules) > lastNumber {
			return Result{}, fmt.Errorf("read style %s: it has more than %d rules; import its folders one by one", dir, lastNumber-firstNumber)
		}
		result.Rules = append(result.Rules, t.file(number))
		number += len(t.rules)
	}
	return result, nil
}

// style is one rule of a style while it is translated.
type style struct {
	name  string
	keys  map[string]any
	rules []mapping
	left  []Left
}

// translate reads one file. A file that is no rule is no error: it is named among what is left.
func translate(path string) (*style, error) {
	base := strings.TrimSuffix(filepath.Base(path), ".yml")
	s := &style{name: filepath.Base(filepath.Dir(path)) + "." + base}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read rule %s: %w", s.name, err)
	}
	var faults strict.Faults
	strict.Read(path, text, &faults).Decode(&s.keys, "the rule")
	if err := faults.Err(); err != nil {
		s.leave("it cannot be read: %v", errors.New(strings.ReplaceAll(err.Error(), path+":", "")))
		return s, nil
	}
	point := s.text("extends")
	convert, known := points[point]
	switch {
	case known:
		convert(s)
	case untranslated[point] != "":
		s.leave("%s: %s", point, untranslated[point])
	case point == "":
		s.leave("it has no extends, so it is no rule")
	default:
		s.leave("it extends %q, which is no extension point; rules that extend rules are not followed", point)
	}
	if names := s.unknown(point); known && len(s.rules) > 0 && len(names) > 0 {
		s.leave("keys that are not carried over: %s", strings.Join(names, ", "))
	}
	return s, nil
}

// points are the extension points that have a translation.
var points = map[string]func(*style){
	"existence":      (*style).existence,
	"substitution":   (*style).substitution,
	"occurrence":     (*style).occurrence,
	"repetition":     (*style).repetition,
	"consistency":    (*style).consistency,
	"conditional":    (*style).conditional,
	"capitalization": (*style).capitalization,
	"metric":         (*style).metric,
	"readability":    (*style).readability,
}

var untranslated = map[string]string{
	"sequence": "it looks at parts of speech, which are not known here",
	"script":   "it is a program; write it as a rule of kind expr, or as words and patterns",
	"spelling": "it needs a dictionary; spelling is not checked here",
}

// leave names what has no translation.
func (s *style) leave(format string, args ...any) {
	s.left = append(s.left, Left{Name: s.name, Reason: fmt.Sprintf(format, args...)})
}

// file writes the rules, numbered from a number on.
func (s *style) file(number int) Rule {
	slug := slugOf(s.name)
	var b strings.Builder
	fmt.Fprintf(&b, "# %s of a Vale style.\n", s.name)
	for i, rule := range s.rules {
		id := fmt.Sprintf("VOI-%d-%s", number+i, slug)
		write(&b, append(mapping{{"id", id}}, rule...), "- ")
	}
	return Rule{Name: s.name, File: slug + ".yaml", YAML: []byte(b.String())}
}

// slugOf makes a name fit for an id and a file: small letters, digits and hyphens.
func slugOf(name string) string {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(parts, "-")
}
