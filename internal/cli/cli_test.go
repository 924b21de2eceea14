package cli_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"stet/internal/cli"
)

// run runs a command with an empty environment.
func run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := cli.Env{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Getenv: func(string) string { return "" }, Now: time.Now}
	code = cli.Run(t.Context(), args, env)
	return code, stdout.String(), stderr.String()
}

func TestEveryCommandHasHelpAndItsPlaceInTheDocs(t *testing.T) {
	raw, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := string(raw)
	for _, name := range cli.Commands() {
		words := strings.Fields(name)
		code, out, _ := run(t, append(words, "--help")...)
		if code != 0 || len(strings.SplitN(out, "\n", 2)[0]) < 20 {
			t.Errorf("stet %s --help: code %d, %q", name, code, out)
		}
		row := regexp.MustCompile("(?m)^\\| `stet " + words[0] + "\\b[^|]*").FindString(docs)
		if name != "exit-codes" && !regexp.MustCompile(`\b`+words[len(words)-1]+"`").MatchString(row) && !strings.Contains(row, "stet "+name+" ") {
			t.Errorf("docs/cli.md does not name stet %s", name)
		}
	}
}

func TestTheDocsTellTheExitCodesOfTheHelp(t *testing.T) {
	raw, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	_, help, _ := run(t, "exit-codes", "--help")
	codes := regexp.MustCompile(`(?m)^  (\d+) +(\w+)`).FindAllStringSubmatch(help, -1)
	if len(codes) != 7 {
		t.Fatalf("the help names %d codes", len(codes))
	}
	for _, c := range codes {
		if !strings.Contains(string(raw), "| "+c[1]+" | "+c[2]) {
			t.Errorf("docs/cli.md does not tell code %s as %q", c[1], c[2])
		}
	}
}

func TestTextsFromElsewhereCannotMoveTheCursor(t *testing.T) {
	folder := t.TempDir()
	file := folder + "/a\x1b[2Jb.md"
	if err := os.WriteFile(file, []byte("no title"), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := folder + "/secret"
	if err := os.WriteFile(secret, []byte("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, "send", "--source", "a", "--to", "http://127.0.0.1:1", "--secret-file", secret, file)
	if code != 3 || strings.Contains(out+errs, "\x1b") || !strings.Contains(out, `\u001b[2J`) {
		t.Errorf("code %d, %q, %q", code, out, errs)
	}
}
