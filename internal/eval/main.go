// Command eval measures the quality gate against public labelled data, which is no part of the project. It prints tables
// in Markdown.
//
// Usage: go run ./internal/eval [NAME...] [--corpus DIR]
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// evaluation measures one thing and writes what it found. It skips, with a sentence, where its part of the corpus is absent.
type evaluation struct {
	name string
	run  func(w io.Writer, corpus string) error
}

var evaluations = []evaluation{
	{"wice", Wice},
	{"mutation", Mutation},
	{"others", Others},
	{"knowledge", Knowledge},
	{"markdownlint", Markdownlint},
	{"vale", Vale},
	{"speed", Speed},
}

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, args []string) error {
	corpus, names, err := parse(args)
	if err != nil {
		return err
	}
	for name := range names {
		if !slices.ContainsFunc(evaluations, func(e evaluation) bool { return e.name == name }) {
			return fmt.Errorf("there is no evaluation %q; there are %s; without a name all run", name, known())
		}
	}
	for _, e := range evaluations {
		if len(names) > 0 && !names[e.name] {
			continue
		}
		if err := e.run(w, corpus); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return nil
}

// parse reads the arguments. Without a folder every evaluation skips.
func parse(args []string) (corpus string, names map[string]bool, err error) {
	names = map[string]bool{}
	for i := 0; i < len(args); i++ {
		value, joined := strings.CutPrefix(args[i], "--corpus=")
		switch {
		case joined:
			corpus = value
		case args[i] == "--corpus" && i+1 < len(args):
			i++
			corpus = args[i]
		case strings.HasPrefix(args[i], "-"):
			return "", nil, fmt.Errorf("the option %s is not known, or has no value; usage: eval [NAME...] [--corpus DIR]", args[i])
		default:
			names[args[i]] = true
		}
	}
	return corpus, names, nil
}

func known() string {
	names := make([]string, len(evaluations))
	for i, e := range evaluations {
		names[i] = e.name
	}
	return strings.Join(names, ", ")
}
