package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"stet"
	"stet/internal/article"
	"stet/internal/policy"
	"stet/internal/qa"
)

// maxRepairs is how often a file is looked at again: a fix may make room for another.
const maxRepairs = 5

// repair finds the file that the safe fixes make of an article's file. Events are not changed: their sender is the one
// to do it.
func (g *gate) repair(ctx context.Context, j *judged) error {
	src := j.source
	for range maxRepairs {
		if len(src.pieces) != 1 || src.pieces[0].places == nil {
			return nil
		}
		var open []qa.Finding
		for _, e := range g.judge(ctx, src) {
			for _, f := range e.Report.Findings {
				if !f.Old {
					open = append(open, f)
				}
			}
		}
		next, n := fixFile(src, open)
		if n == 0 || ctx.Err() != nil {
			return ctx.Err()
		}
		j.fixed, j.fixes = next.text, j.fixes+n
		src = next
	}
	return nil
}

// fixFile makes safe fixes of findings in a file, whose places are those of the file. Where those in the front matter do
// not give what they should, because of how it is written, only those of the text are made.
func fixFile(src source, findings []qa.Finding) (source, int) {
	next, applied := rewritten(src, findings)
	if len(applied) > 0 && !faithful(src, next, applied) {
		var body []qa.Finding
		for _, f := range findings {
			if f.Where.Field == "body" {
				body = append(body, f)
			}
		}
		if next, applied = rewritten(src, body); len(applied) > 0 && !faithful(src, next, applied) {
			return src, 0
		}
	}
	return next, len(applied)
}

func rewritten(src source, findings []qa.Finding) (source, []qa.Finding) {
	const whole = "file" // every edit counts in the file, so the file is the one field
	fields := map[*qa.Fix]string{}
	var list []qa.Finding
	for _, f := range findings {
		if f.Fix == nil {
			continue
		}
		if bytes.Contains(src.text, []byte("\r\n")) {
			f.Fix = withCarriageReturns(f.Fix)
		}
		fields[f.Fix] = f.Where.Field
		f.Where.Field = whole
		list = append(list, f)
	}
	text, applied := policy.Apply(whole, string(src.text), list, false)
	for i := range applied {
		applied[i].Where.Field = fields[applied[i].Fix]
	}
	next := source{name: src.name, text: []byte(text)}
	if len(applied) > 0 {
		var err error
		if next.pieces, err = pieces(src.name, next.text); err != nil {
			next.pieces = nil // faithful refuses it
		}
	}
	return next, applied
}

func withCarriageReturns(fix *qa.Fix) *qa.Fix {
	out := *fix
	out.Edits = nil
	for _, e := range fix.Edits {
		e.Text = strings.ReplaceAll(strings.ReplaceAll(e.Text, "\r\n", "\n"), "\n", "\r\n")
		out.Edits = append(out.Edits, e)
	}
	return &out
}

// faithful tells whether fixes changed no more of the document than the fields they are in, and these by as many bytes
// as they say.
func faithful(before, after source, applied []qa.Finding) bool {
	if len(after.pieces) != 1 {
		return false
	}
	a, b := before.pieces[0].doc, after.pieces[0].doc
	grown := map[string]int{}
	for _, f := range applied {
		for _, e := range f.Fix.Edits {
			grown[f.Where.Field] += len(strings.ReplaceAll(e.Text, "\r\n", "\n")) - (e.End - e.Start)
		}
	}
	for field, n := range grown {
		if field == "body" {
			continue // its bytes are the file's
		}
		if was, is := article.FieldText(a, field), article.FieldText(b, field); len(is)-len(was) != n {
			return false
		}
	}
	return reflect.DeepEqual(withoutTexts(a), withoutTexts(b))
}

func withoutTexts(doc stet.Document) stet.Document {
	doc.Title, doc.Summary, doc.Metadata.Title, doc.Metadata.Description, doc.Body.Text = "", "", "", "", ""
	if doc.Hero != nil {
		hero := *doc.Hero
		hero.Alt = ""
		doc.Hero = &hero
	}
	return doc
}

// replaceFile puts a text in a file's place, whole or not at all, with the file's mode.
func replaceFile(name string, text []byte) (err error) {
	if target, linkErr := filepath.EvalSymlinks(name); linkErr == nil {
		name = target // a link stays a link
	}
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("write fixes: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".stet-*")
	if err != nil {
		return fmt.Errorf("write fixes: %w", err)
	}
	defer func() {
		if removeErr := os.Remove(f.Name()); err == nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = removeErr
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write fixes of %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("write fixes of %s: %w", name, err)
	}
	return nil
}

// showFixes writes what --fix would change, as a diff that git apply takes.
func (g *gate) showFixes(all []judged) error {
	var out bytes.Buffer
	fixes, files := 0, 0
	for _, j := range all {
		if j.fixed == nil {
			continue
		}
		fixes, files = fixes+j.fixes, files+1
		name := shownName(j.name)
		text := diff.Diff("a/"+name, j.text, "b/"+name, j.fixed)
		if _, rest, found := bytes.Cut(text, []byte("\n")); found {
			text = rest // the line of the command
		}
		out.Write(text)
	}
	g.sh.note("%s in %s; --fix makes them", countOf(fixes, "safe fix", "safe fixes"), countOf(files, "file", "files"))
	return g.deliver(out.Bytes())
}
