package cli

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"stet/internal/qa"
)

// changes are the lines that differ from a git revision.
type changes struct {
	root  string
	lines map[string][]lineRange // by the file's name from the root; a file that git does not know has changed as a whole
	known map[string]bool
}

type lineRange struct{ first, last int }

// changesSince asks git in the current folder.
func changesSince(ctx context.Context, revision string) (*changes, error) {
	if strings.HasPrefix(revision, "-") {
		return nil, usage("%q is no revision", revision)
	}
	root, err := git(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	if _, err := git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}"); err != nil {
		return nil, usage("git knows no revision %q here; a shallow clone may lack it (fetch-depth: 0)", revision)
	}
	c := &changes{root: strings.TrimRight(string(root), "\r\n"), lines: map[string][]lineRange{}, known: map[string]bool{}}
	listed, err := git(ctx, "-C", c.root, "ls-files", "-z")
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(string(listed), "\x00") {
		c.known[name] = true
	}
	text, err := git(ctx, "-C", c.root, "-c", "core.quotePath=false", "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/",
		"-U0", "--end-of-options", revision, "--")
	if err != nil {
		return nil, err
	}
	c.read(string(text))
	return c, nil
}

// git runs git without what a repository's own configuration could have it run.
func git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false"}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, usage("--since needs git, and there is none here")
	}
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, usage("--since: git %s: %s", args[0], strings.TrimSpace(errs.String()))
	}
	return out, nil
}

var hunk = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// read reads a diff without context. Lines of the text itself are passed over by their number, whatever they look like.
func (c *changes) read(diff string) {
	file, skip := "", 0
	for line := range strings.Lines(diff) {
		line = strings.TrimRight(line, "\n")
		if skip > 0 && (strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-")) {
			skip--
			continue
		}
		if name, found := strings.CutPrefix(line, "+++ "); found {
			file = unquoted(strings.TrimSuffix(name, "\t"))
			file = strings.TrimPrefix(file, "b/")
			continue
		}
		m := hunk.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		removed, count := linesOf(m[1]), linesOf(m[3])
		first, _ := strconv.Atoi(m[2])
		skip = removed + count
		if count > 0 {
			c.lines[file] = append(c.lines[file], lineRange{first, first + count - 1})
		}
	}
}

// linesOf is how many lines a side of a hunk has: one where its head does not say.
func linesOf(number string) int {
	if number == "" {
		return 1
	}
	n, _ := strconv.Atoi(number)
	return n
}

// unquoted is a file's name as git writes names with quotes, backslashes or control characters.
func unquoted(name string) string {
	if s, err := strconv.Unquote(name); err == nil {
		return s
	}
	return name
}

// touch tells whether a finding stands on a line that changed.
func (c *changes) touch(file string, w qa.Where) bool {
	abs, err := filepath.Abs(file)
	if err != nil || file == "-" {
		return true
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	name, err := filepath.Rel(c.root, abs)
	if err != nil {
		return true
	}
	name = filepath.ToSlash(name)
	if !c.known[name] {
		return true
	}
	for _, r := range c.lines[name] {
		if w.Start.Line <= r.last && max(w.End.Line, w.Start.Line) >= r.first {
			return true
		}
	}
	return false
}
