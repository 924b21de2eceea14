package contract_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stet"
	"stet/contract"
)

// golden reads an example of an event: "publish_request.v1".
func golden(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "golden", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// goldens is the examples of incoming events by name.
func goldens(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.v?.json"))
	if err != nil || len(files) != 6 {
		t.Fatalf("golden files: %v, %v; want three types in two versions", files, err)
	}
	bodies := map[string][]byte{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		bodies[name] = golden(t, name)
	}
	return bodies
}

// edited is an example with one value set at a path of names; a nil value removes it.
func edited(t testing.TB, name string, value any, path ...string) string {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(golden(t, name), &root); err != nil {
		t.Fatal(err)
	}
	at := root
	for _, step := range path[:len(path)-1] {
		at = at[step].(map[string]any)
	}
	if at[path[len(path)-1]] = value; value == nil {
		delete(at, path[len(path)-1])
	}
	body, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// replaced is an example with a piece of its text replaced.
func replaced(t testing.TB, name, old, new string) string {
	t.Helper()
	body := string(golden(t, name))
	if strings.Count(body, old) == 0 {
		t.Fatalf("%s does not contain %q", name, old)
	}
	return strings.Replace(body, old, new, 1)
}

func mustDecode(t testing.TB, body []byte) contract.Envelope {
	t.Helper()
	e, err := contract.Decode(body, contract.Limits{})
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return e
}

// wantFault checks what every refusal owes: kind, code, pointer and a sentence.
func wantFault(t *testing.T, err error, kind stet.Kind, code, pointer string) {
	t.Helper()
	e, ok := errors.AsType[*stet.Error](err)
	if !ok {
		t.Fatalf("error is %v; want a *stet.Error with code %s", err, code)
	}
	if e.Kind != kind || e.Code != code || e.Pointer != pointer {
		t.Errorf("got %s %s at %q (%s); want %s %s at %q", e.Kind, e.Code, e.Pointer, e.Message, kind, code, pointer)
	}
	if len(e.Message) < 20 || len(e.Message) > 500 {
		t.Errorf("message has %d characters: %s", len(e.Message), e.Message)
	}
}
