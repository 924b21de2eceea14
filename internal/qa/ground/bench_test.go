package ground_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/ground"
)

// BenchmarkCheck judges articles of 2,000 words against 1,000 documents.
func BenchmarkCheck(b *testing.B) {
	x := &ground.Index{}
	if _, err := x.Sync(big(1000)); err != nil {
		b.Fatal(err)
	}
	checker, err := makeChecker(qa.Env{KB: x}, all...)
	if err != nil {
		b.Fatal(err)
	}
	articles := make([]*qa.Article, 20)
	for i := range articles {
		var text strings.Builder
		for s := range 118 {
			seed := (i+3)*6151 + s*3571
			fmt.Fprintf(&text, "In %d, Person%d of City%d sold %d word%d to the word%d and word%d of Company%d word%d. ",
				1950+seed%70, seed%997, seed%311, seed%5000, seed%53, seed%1009, seed%4001, seed%499, seed%9001)
			if s%5 == 0 {
				text.WriteString("\n\n")
			}
		}
		body, err := prose.Parse("markdown", text.String())
		if err != nil {
			b.Fatal(err)
		}
		articles[i] = &qa.Article{Doc: stet.Document{Title: "A report"}, Body: body}
	}
	i := 0
	for b.Loop() {
		checker.Check(context.Background(), articles[i%len(articles)])
		i++
	}
}
