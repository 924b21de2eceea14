package main

import (
	"fmt"
	"io"
	"path/filepath"

	"stet/internal/qa"
)

// wiceLine is a line of WiCE (Kamoi and others, 2023): a sentence of Wikipedia and the web page that it cites.
type wiceLine struct {
	Label    string   `json:"label"`
	Claim    string   `json:"claim"`
	Evidence []string `json:"evidence"`
	Meta     struct {
		ID string `json:"id"`
	} `json:"meta"`
}

// wicePath is the part of WiCE that the rules were developed with, in one half: claims with their whole source.
func wicePath(corpus string) string { return filepath.Join(corpus, "wice", "claim_dev.jsonl") }

// eachWice measures every part of WiCE in the corpus, claim_*.jsonl.
func eachWice(w io.Writer, corpus string, measure func(w io.Writer, path string) error) error {
	paths, err := filepath.Glob(filepath.Join(corpus, "wice", "claim_*.jsonl"))
	if err != nil || len(paths) == 0 {
		return skip(w, "WiCE", wicePath(corpus))
	}
	for _, path := range paths {
		if err := measure(w, path); err != nil {
			return err
		}
	}
	return nil
}

func wiceClaims(path string) (claims []claim, absent bool, err error) {
	absent, err = lines(path, func(l wiceLine) {
		claims = append(claims, claim{id: l.Meta.ID, text: l.Claim, source: l.Evidence, supported: l.Label == "supported"})
	})
	return claims, absent, err
}

// wide are all checks that a pack would use on a claim: those of particulars, and that on the words as a whole.
var wide = append([]string{"low-coverage"}, flagging...)

// Wice measures how well any flagged particular tells that a claim is not supported by the whole of its source.
func Wice(w io.Writer, corpus string) error { return eachWice(w, corpus, wicePart) }

func wicePart(w io.Writer, path string) error {
	claims, _, err := wiceClaims(path)
	if err != nil {
		return err
	}
	all, halves, wider := []outcome{}, [2][]outcome{}, []outcome{}
	flags, right := map[string]int{}, map[string]int{}
	for _, c := range claims {
		results, err := against(c, wide)
		if err != nil {
			return err
		}
		o := outcome{flagged(results[1:]), !c.supported}
		all = append(all, o)
		halves[c.half()] = append(halves[c.half()], o)
		wider = append(wider, outcome{flagged(results), !c.supported})
		for _, r := range results {
			flags[r.Rule.ID] += len(r.Findings)
			if !c.supported {
				right[r.Rule.ID] += len(r.Findings)
			}
		}
	}
	fmt.Fprintf(w, "### WiCE (%s), whole source, any flagged particular\n\n%s\n%s\n", filepath.Base(path), scoreHead, row("all", all))
	if filepath.Base(path) == filepath.Base(wicePath("")) {
		fmt.Fprintf(w, "%s\n%s\n", row("the half developed on", halves[0]), row("the half held back", halves[1]))
	}
	fmt.Fprintf(w, "%s\n\n", row("all, low-coverage too", wider))
	fmt.Fprintf(w, "| check | flags | of them on claims that are not supported |\n|---|---|---|\n")
	for _, check := range wide {
		fmt.Fprintf(w, "| %s | %d | %.1f %% |\n", check, flags[check], share(right[check], flags[check]))
	}
	_, err = fmt.Fprintln(w)
	return err
}

// against judges a claim with its own source as the knowledge base.
func against(c claim, checks []string) ([]qa.Result, error) {
	x, err := indexOf(c)
	if err != nil {
		return nil, err
	}
	checker, err := gate(x, checks)
	if err != nil {
		return nil, err
	}
	return judge(checker, c.text)
}
