package qa

import "fmt"

// Rule is one entry of a pack, whatever its kind.
type Rule struct {
	ID       string
	Kind     string
	Category Category // by the id's prefix
	Severity Severity
	Weight   int
	Scope    []string // kinds of blocks and names of fields; empty: what the kind takes for itself
	Message  string   // with %{name} for values; empty: the kind's own
	Remedy   string
	FixKind  string   // replace, insert, delete, reorder, llm; empty: none
	Safe     bool     // of the fix
	Locales  []string // language tags the rule is for; empty: all
	File     string
	Line     int
	Column   int

	// Decode reads the keys of the kind itself, strictly; an unknown key or a wrong type is a Fault with its place.
	Decode func(into any) error
	// At gives line and column of a key of the rule, 0 where it has none.
	At func(key string) (line, column int)
	// FileOf names the file of a key where a pack changes a rule of its base; nil: all keys stand in File.
	FileOf func(key string) string
}

// Fault is a mistake in a pack, with its place and what to do.
type Fault struct {
	File         string
	Line, Column int
	Message      string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
}

// Fault says what is wrong with a key of the rule, or with the rule where key is empty. The message says what is allowed.
func (r *Rule) Fault(key, format string, args ...any) *Fault {
	fault := &Fault{File: r.File, Line: r.Line, Column: r.Column, Message: r.ID + ": " + fmt.Sprintf(format, args...)}
	if r.At != nil && key != "" {
		if line, column := r.At(key); line > 0 {
			fault.Line, fault.Column = line, column
			if r.FileOf != nil {
				fault.File = r.FileOf(key)
			}
		}
	}
	return fault
}
