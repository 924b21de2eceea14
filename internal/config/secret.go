package config

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

const shown = "(hidden)"

// Secret is a value that is never printed. The zero value is no secret at all. The value is behind a pointer, because
// fmt prints a struct's unexported fields without asking their methods.
type Secret struct{ value *string }

// NewSecret keeps value.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal is the value itself.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.Reveal() == "" }

func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return shown
}

// Format hides the value from every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MarshalText hides the value from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

var variable = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// worldReadable are the permission bits that a file with a secret must not have.
const worldReadable = 0o007

// reference gets a secret from where the text points: ${NAME} or file:PATH, relative to folder. The text itself is not
// in the error, because whoever wrote a secret in its place must not find it in the log.
func reference(text, folder string) (string, error) {
	if m := variable.FindStringSubmatch(text); m != nil {
		value, found := os.LookupEnv(m[1])
		if !found || value == "" {
			return "", fmt.Errorf("the environment variable %s is not set; set it before stet starts", m[1])
		}
		return value, nil
	}
	if name, ok := strings.CutPrefix(text, "file:"); ok && name != "" {
		return secretFile(within(folder, name))
	}
	return "", fmt.Errorf("a secret must not stand in this file itself; write ${NAME} for an environment variable, or file:PATH")
}

func secretFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("cannot read the secret: %w", err)
	}
	if info.Mode().Perm()&worldReadable != 0 && runtime.GOOS != "windows" { // whose permissions are not these
		return "", fmt.Errorf("the file %s has mode %s, so everybody on this machine can use the secret in it; run chmod 600 %s",
			path, info.Mode().Perm(), path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot read the secret: %w", err)
	}
	value := strings.TrimRight(string(raw), "\r\n")
	if value == "" {
		return "", fmt.Errorf("the file %s is empty; it must hold the secret", path)
	}
	return value, nil
}

// within is path as seen from folder.
func within(folder, path string) string {
	if strings.Contains(path, "://") { // an address, where one may stand for a folder
		return path
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, path)
}
