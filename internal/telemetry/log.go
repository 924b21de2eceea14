package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
)

// Logger writes the log of a process: format is text or json, level debug, info, warn or error. What is logged passes
// redact, which may be nil; control characters and those that turn the direction of a text are written as escapes, so
// that no title can forge a line or move the cursor of a terminal.
func Logger(to io.Writer, level, format string, redact func(string) string) *slog.Logger {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		least = slog.LevelInfo
	}
	if redact == nil {
		redact = func(s string) string { return s }
	}
	opts := &slog.HandlerOptions{Level: least, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return clean(a, redact) }}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(to, opts))
	}
	return slog.New(slog.NewTextHandler(to, opts))
}

// secretNames are parts of attribute names whose values are never written, whoever logs them.
var secretNames = []string{"authorization", "cookie", "password", "secret", "token", "signature", "body"}

func clean(a slog.Attr, redact func(string) string) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, name := range secretNames {
		if strings.Contains(key, name) {
			return slog.String(a.Key, "(hidden)")
		}
	}
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(inert(redact(a.Value.String())))
	case slog.KindAny:
		if level, ok := a.Value.Any().(slog.Level); ok {
			a.Value = slog.StringValue(level.String())
			return a
		}
		a.Value = slog.StringValue(inert(redact(fmt.Sprint(a.Value.Any()))))
	}
	a.Key = inert(redact(a.Key))
	return a
}

// inert writes what a terminal or a log viewer would obey as an escape.
func inert(s string) string {
	if strings.IndexFunc(s, active) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if active(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// active: controls (C0, C1, DEL), format characters (bidirectional overrides, zero width), line and paragraph separators.
func active(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}
