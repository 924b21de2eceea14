package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"stet"
	"stet/internal/client"
)

// What the policy has to do in a run: the first article comes with names written wrong, so often that it fails; the fixes of
// these are safe, so stet makes them, judges again and publishes. The outcast holds a note to oneself, which no fix can
// replace: it never goes out.

// carelessly is a paragraph with the names of products in the wrong case, repaired the same as it must be.
const (
	carelessly = "The launch is told on Youtube, Linkedin and Github. The examples are in Javascript and Typescript, " +
		"for Ios and Macos; their data is in Json, Graphql, Mysql, Sqlite and Postgresql."
	repaired = "The launch is told on YouTube, LinkedIn and GitHub."
)

// careless is the article with that paragraph at its end.
func (t text) careless() text {
	t.doc.Body.Text = strings.TrimRight(t.doc.Body.Text, "\n") + "\n\n" + carelessly + "\n"
	t.repaired = repaired
	return t
}

// outcast is the article that must not go out.
func outcast() text {
	return text{id: "unfinished-figures", doc: stet.Document{Title: "What the launch has brought", Slug: "unfinished-figures", Locale: "en",
		Summary: "The figures of the launch, as soon as they are known.",
		Body: stet.Body{Format: "markdown", Text: "Readers asked for the figures of the launch.\n\nTODO insert the figures before this goes out.\n\n" +
			"The next report follows in a month.\n"}}}
}

// guarded looks at the website for what the policy refused, and counts in the log what it did.
func (d *day) guarded(ctx context.Context, pages []page) error {
	r := &d.report
	out := outcast().id
	for _, p := range pages {
		if p.contentID == out {
			r.Leaked++
			r.Faults = append(r.Faults, Fault{out, "the policy refused it and it is live"})
		}
	}
	if r.Leaked == 0 {
		r.Refused = 1
	}
	blocked := map[string]bool{}
	err := eachEvent(ctx, d.client, stet.QAFailed, func(e stet.Event) error {
		blocked[fmt.Sprint(e.ContentID, "/", e.Version)] = true
		return nil
	})
	if err != nil {
		return err
	}
	r.Blocked = len(blocked)
	return eachEvent(ctx, d.client, stet.DocumentRevised, func(e stet.Event) error {
		var round stet.Revised
		if err := json.Unmarshal(e.Data, &round); err != nil {
			return fmt.Errorf("read event %d: %w", e.Seq, err)
		}
		if round.Kept {
			r.Revised++
		}
		return nil
	})
}

// eachEvent visits the events of a type.
func eachEvent(ctx context.Context, c *client.Client, t stet.EventType, visit func(stet.Event) error) error {
	for f := (client.EventFilter{Type: string(t), Limit: 1000}); ; {
		page, err := c.Events(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := visit(e.Event); err != nil {
				return err
			}
		}
		if len(page.Events) < f.Limit {
			return nil
		}
		f.After = page.After
	}
}
