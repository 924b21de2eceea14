package httpapi

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/internal/engine"
)

const mediaProblem = "application/problem+json"

// problem is a refusal as huma wants it; on the wire it is the engine's problem document (RFC 9457).
type problem struct {
	engine.Problem
	err error // what the log may know
}

func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) Unwrap() error             { return p.err }
func (p *problem) ContentType(string) string { return mediaProblem }

// Schema allows what a problem of a kind adds, as stored and expected_next_version.
func (*problem) Schema(r huma.Registry) *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	schema := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Required: []string{"type", "title", "status", "detail", "code"},
		Description: "A refusal (RFC 9457).",
		Properties: map[string]*huma.Schema{
			"type": text("A URN of the code."), "title": text("The kind of the refusal."), "status": {Type: huma.TypeInteger},
			"detail": text("What happened, why, and what to do."), "code": text("A stable word for programs."),
			"pointer": text("JSON pointer (RFC 6901) of the fault, where there is one."),
		}}
	schema.PrecomputeMessages()
	r.Map()["Problem"] = schema
	return &huma.Schema{Ref: "#/components/schemas/Problem"}
}

// refuse turns an error into what huma writes. A wait that an error asks for is told.
func refuse(err error) error {
	p := &problem{Problem: engine.ProblemOf(err), err: err}
	if wait := retryAfter(err, p.Status); wait != "" {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {wait}})
	}
	return p
}

// busy is how long to wait where an error does not say.
const busy = 5 * time.Second

func retryAfter(err error, status int) string {
	if status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
		return ""
	}
	wait := busy
	if known, ok := errors.AsType[*stet.Error](err); ok && known.RetryAfter > 0 {
		wait = known.RetryAfter
	}
	return strconv.Itoa(int(math.Ceil(wait.Seconds())))
}

// writeError answers outside of huma.
func writeError(w http.ResponseWriter, err error) {
	p := engine.ProblemOf(err)
	if wait := retryAfter(err, p.Status); wait != "" {
		w.Header().Set("Retry-After", wait)
	}
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p engine.Problem) {
	body, err := json.Marshal(p)
	if err != nil { // details of ours that JSON has not
		p.Details = nil
		body, _ = json.Marshal(p)
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", mediaProblem)
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // nobody is left to tell
}

// plain makes a problem of a status that has no error behind it.
func plain(status int, code, detail string) engine.Problem {
	return engine.Problem{Type: "urn:stet:problem:" + code, Title: strings.ToLower(http.StatusText(status)), Status: status, Code: code, Detail: detail}
}

// useProblems makes huma's own refusals, of requests that do not fit their operation, problems of ours.
var useProblems = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest // which is what the door says of a malformed request
		}
		p := &problem{Problem: plain(status, codeOf(status), message)}
		for _, err := range errs {
			if known, ok := errors.AsType[*stet.Error](err); ok {
				return &problem{Problem: engine.ProblemOf(known), err: err}
			}
			if d, ok := err.(huma.ErrorDetailer); ok && p.Pointer == "" {
				detail := d.ErrorDetail()
				p.Detail, p.Pointer = sentence(message, detail), pointerOf(detail.Location)
			}
		}
		if status >= http.StatusInternalServerError {
			p.Problem, p.err = engine.ProblemOf(errors.New("hidden")), errors.Join(errs...)
		}
		return p
	}
})

func codeOf(status int) string {
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

func sentence(message string, d *huma.ErrorDetail) string {
	if d.Location == "" {
		return message + ": " + d.Message
	}
	return message + ": " + d.Location + ": " + d.Message
}

// pointerOf turns body.decision into /decision; what is not in the body has no pointer.
func pointerOf(location string) string {
	path, found := strings.CutPrefix(location, "body.")
	if !found {
		return ""
	}
	return "/" + strings.ReplaceAll(path, ".", "/")
}

var (
	problemType = reflect.TypeFor[problem]()
	receiptType = reflect.TypeFor[engine.Receipt]()
)
