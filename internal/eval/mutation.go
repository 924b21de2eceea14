package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"stet/internal/qa"
)

// missable are the kinds of particulars that are changed, in the order of the table.
var missable = []string{"name", "number", "year", "date", "quote"}

// found counts changes of one kind, and those that were flagged where they stand.
type found struct{ changed, found int }

// Mutation changes one particular at a time in supported claims, by its own patterns, and counts which changes are found.
func Mutation(w io.Writer, corpus string) error { return eachWice(w, corpus, mutationPart) }

func mutationPart(w io.Writer, path string) error {
	claims, _, err := wiceClaims(path)
	if err != nil {
		return err
	}
	names := namesOf(claims)
	var counts [2]map[string]found
	for h := range counts {
		counts[h] = map[string]found{}
	}
	clean, supported := 0, 0
	for _, c := range claims {
		if !c.supported {
			continue
		}
		supported++
		results, err := against(c, flagging)
		if err != nil {
			return err
		}
		if !flagged(results) {
			clean++
		}
		if err := mutate(c, names, counts[c.half()]); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "### One particular changed in a supported claim of WiCE (%s)\n\n| kind | changes | found | found, first half | found, second half |\n|---|---|---|---|---|\n", filepath.Base(path))
	for _, kind := range missable {
		a, b := counts[0][kind], counts[1][kind]
		fmt.Fprintf(w, "| %s | %d | %.1f %% | %.1f %% of %d | %.1f %% of %d |\n", kind, a.changed+b.changed, share(a.found+b.found, a.changed+b.changed),
			share(a.found, a.changed), a.changed, share(b.found, b.changed), b.changed)
	}
	_, err = fmt.Fprintf(w, "\nUnchanged, %d of %d supported claims have no flag: %.1f %% false flags.\n\n", clean, supported, share(supported-clean, supported))
	return err
}

// mutate changes every particular of a claim, one after another.
func mutate(c claim, names []string, counts map[string]found) error {
	x, err := indexOf(c)
	if err != nil {
		return err
	}
	checker, err := gate(x, flagging)
	if err != nil {
		return err
	}
	for _, m := range mutations(c, names) {
		results, err := judge(checker, m.text)
		if err != nil {
			return err
		}
		n := counts[m.kind]
		n.changed++
		if hits(results, m) {
			n.found++
		}
		counts[m.kind] = n
	}
	return nil
}

// hits tells whether a finding stands where the change is.
func hits(results []qa.Result, m mutation) bool {
	return slices.ContainsFunc(results, func(r qa.Result) bool {
		return slices.ContainsFunc(r.Findings, func(f qa.Finding) bool {
			return f.Where.Start.Byte < m.end && f.Where.End.Byte > m.start
		})
	})
}
