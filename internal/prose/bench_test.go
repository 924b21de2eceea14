package prose_test

import (
	"os"
	"testing"

	"stet/internal/prose"
)

func BenchmarkParse(b *testing.B) {
	source, err := os.ReadFile("../bench/article/Rustup-1.28.1.md")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(source)))
	words := 0
	for b.Loop() {
		text, err := prose.Parse("markdown", string(source))
		if err != nil {
			b.Fatal(err)
		}
		words = text.Words
	}
	b.ReportMetric(float64(words), "words")
}
