package page_test

import (
	"context"
	"os"
	"testing"

	"stet"
)

func BenchmarkCheck(b *testing.B) {
	source, err := os.ReadFile("../../bench/article/Rustup-1.28.1.md")
	if err != nil {
		b.Fatal(err)
	}
	checker, _ := everything(b)
	a := articleOf(b, stet.Document{Title: "Rustup", Body: stet.Body{Text: string(source)}}, site{})
	for b.Loop() {
		checker.Check(context.Background(), a)
	}
}
