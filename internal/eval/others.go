package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"stet/internal/qa"
	"stet/internal/qa/ground"
)

// Others measures on data that particulars alone cannot decide, and says how badly: adversarial claims (FM2, Eisenschlos
// and others, 2021), statements of dialogue models (BEGIN, Dziri and others, 2022), and WiCE with all sources together.
func Others(w io.Writer, corpus string) error {
	fmt.Fprintf(w, "### Other data, any flagged particular\n\n%s\n", scoreHead)
	for _, set := range []struct {
		name string
		read func(corpus string) (claims []claim, path string, absent bool, err error)
	}{{"FM2", fm2Claims}, {"BEGIN, Wizard of Wikipedia", beginClaims}} {
		claims, path, absent, err := set.read(corpus)
		if err != nil {
			return err
		}
		if absent {
			if err := skip(w, set.name, path); err != nil {
				return err
			}
			continue
		}
		outcomes, err := outcomesOf(claims, flagging)
		if err != nil {
			return err
		}
		wider, err := outcomesOf(claims, wide)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n%s\n", row(set.name, outcomes), row(set.name+", low-coverage too", wider))
	}
	return pooled(w, corpus)
}

func outcomesOf(claims []claim, checks []string) ([]outcome, error) {
	outcomes := make([]outcome, len(claims))
	for i, c := range claims {
		results, err := against(c, checks)
		if err != nil {
			return nil, err
		}
		outcomes[i] = outcome{flagged(results), !c.supported}
	}
	return outcomes, nil
}

// pooled judges the claims of WiCE with all their sources in one knowledge base.
func pooled(w io.Writer, corpus string) error {
	claims, absent, err := wiceClaims(wicePath(corpus))
	if err != nil {
		return err
	}
	if absent {
		return skip(w, "WiCE with all sources together", wicePath(corpus))
	}
	x := &ground.Index{}
	for _, c := range claims {
		if err := addTo(x, c); err != nil {
			return err
		}
	}
	checker, err := gate(x, flagging)
	if err != nil {
		return err
	}
	outcomes := make([]outcome, len(claims))
	for i, c := range claims {
		results, err := judge(checker, c.text)
		if err != nil {
			return err
		}
		outcomes[i] = outcome{flagged(results), !c.supported}
	}
	routed, err := routedRight(x, claims)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n\nThe sources together are %d documents; the right one came first for %.1f %% of the claims.\n\n",
		row("WiCE, all sources in one knowledge base", outcomes), x.Documents(), routed)
	return err
}

func routedRight(kb qa.Knowledge, claims []claim) (float64, error) {
	right := 0
	for _, c := range claims {
		found, err := kb.Search(noDeadline, c.text, "", 1)
		if err != nil {
			return 0, err
		}
		if len(found) > 0 && found[0].Document == c.id+".md" {
			right++
		}
	}
	return share(right, len(claims)), nil
}

type fm2Line struct {
	ID    string `json:"id"`
	Page  string `json:"wikipedia_page"`
	Text  string `json:"text"`
	Label string `json:"label"`
	Gold  []struct {
		Text string `json:"text"`
	} `json:"gold_evidence"`
	Retrieved []struct {
		Text string `json:"text"`
	} `json:"retrieved_evidence"`
}

func fm2Claims(corpus string) (claims []claim, path string, absent bool, err error) {
	path = filepath.Join(corpus, "fm2", "dev.jsonl")
	absent, err = lines(path, func(l fm2Line) {
		c := claim{id: l.ID, text: l.Text, source: []string{"# " + l.Page}, supported: l.Label == "SUPPORTS"}
		for _, e := range append(l.Gold, l.Retrieved...) {
			c.source = append(c.source, e.Text)
		}
		claims = append(claims, c)
	})
	return claims, path, absent, err
}

func beginClaims(corpus string) (claims []claim, path string, absent bool, err error) {
	path = filepath.Join(corpus, "begin", "begin_dev_wow.tsv")
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, path, true, nil
	}
	if err != nil {
		return nil, path, false, err
	}
	defer func() { _ = file.Close() }() // it was only read
	table := csv.NewReader(file)
	table.Comma, table.LazyQuotes, table.FieldsPerRecord = '\t', true, -1
	rows, err := table.ReadAll()
	if err != nil {
		return nil, path, false, fmt.Errorf("read %s: %w", path, err)
	}
	for i, r := range rows {
		if i > 0 && len(r) > 5 {
			claims = append(claims, claim{id: strconv.Itoa(i), text: r[4], source: []string{r[2]}, supported: r[5] == "Fully attributable"})
		}
	}
	return claims, path, false, nil
}
