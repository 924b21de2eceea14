package policy

import (
	"fmt"
	"io/fs"
	"slices"
	"time"

	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// readWords reads terms/ and facts/ onto those of the base: an entry of the same name takes the place of the base's.
func (p *Pack) readWords(f folder, faults *strict.Faults) error {
	terms, err := readEntries(f, "terms", faults, p.checkTerm)
	if err != nil {
		return err
	}
	facts, err := readEntries(f, "facts", faults, p.checkFact)
	if err != nil {
		return err
	}
	p.env.Terms = replaced(p.env.Terms, terms, func(a, b qa.Term) bool { return a.Use == b.Use })
	p.env.Facts = replaced(p.env.Facts, facts, func(a, b qa.Fact) bool {
		return a.Subject == b.Subject && a.Attribute == b.Attribute && a.ValidFrom == b.ValidFrom
	})
	return nil
}

// readEntries reads the lists in the files of a part of the pack.
func readEntries[T any](f folder, part string, faults *strict.Faults, check func(T, strict.Node)) (all []T, err error) {
	names, err := f.yaml(part)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(f.files, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", part, err)
		}
		top := strict.Read(f.show(name), text, faults)
		if !top.There() {
			continue
		}
		for i, node := range top.Items() {
			var entry T
			node.Decode(&entry, fmt.Sprintf("entry %d of %s", i+1, part))
			check(entry, node)
			all = append(all, entry)
		}
	}
	return all, nil
}

func replaced[T any](base, own []T, same func(a, b T) bool) []T {
	var out []T
	for _, b := range base {
		if !slices.ContainsFunc(own, func(o T) bool { return same(b, o) }) {
			out = append(out, b)
		}
	}
	return append(out, own...)
}

func (p *Pack) checkTerm(t qa.Term, at strict.Node) {
	switch {
	case t.Use == "":
		at.Fault("the term has no use; write how it is written, such as use: JavaScript")
	case len(t.Not) == 0 && !t.Casing:
		at.Fault("the term %q says neither what is wrong (not: [...]) nor that other casings are (casing: true)", t.Use)
	case slices.Contains(t.Not, t.Use):
		at.Fault("the term %q is right and wrong at once; take it out of not", t.Use)
	}
}

func (p *Pack) checkFact(f qa.Fact, at strict.Node) {
	switch {
	case f.Subject == "":
		at.Fault("the fact has no subject; write what it is about, such as subject: Example Cloud")
	case f.Attribute == "":
		at.Fault("the fact about %q has no attribute; write what the value is of, such as attribute: price", f.Subject)
	case f.Value == "":
		at.Fault("the fact about %q has no value; write it in quotes, such as value: \"49\"", f.Subject)
	}
	if f.ValidFrom != "" {
		if _, err := time.Parse(time.DateOnly, f.ValidFrom); err != nil {
			at.Fault("valid_from of %q is %q; it must be a day such as 2026-11-24", f.Subject, f.ValidFrom)
		}
	}
}
