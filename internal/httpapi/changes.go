package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/contract"
)

const changesPath = "/v1/targets/{target}/changes"

// maxChange is the largest message of a target in bytes; they are a few hundred.
const maxChange = 64 << 10

// change is what a target says about an item. Other members are for people who read its messages elsewhere.
type change struct {
	Type string `json:"type"` // item_changed
	Key  string `json:"key"`  // of the publication: content_id@target
}

// changed is the answer to a message.
type changed struct {
	Looking bool `json:"looking" doc:"Whether the item is looked at because of this message. It is not where that happens anyway, or where nothing was published."`
}

func (s *Server) routeChanges() {
	s.targets = map[string]Target{}
	for _, t := range s.cfg.Targets {
		s.targets[t.Name] = t
	}
	s.raw(Route{http.MethodPost, changesPath, Open}, s.changes)
	s.describeChanges()
}

// changes takes the message of a target that somebody changed an item in it. It is a hint to look: nothing that it says is
// believed, and a message about a publication that stet does not know is answered as any other.
func (s *Server) changes(w http.ResponseWriter, r *http.Request) {
	looking, err := s.hear(w, r)
	if err != nil {
		noteError(r.Context(), err)
		writeError(w, err)
		return
	}
	text, err := json.Marshal(changed{looking})
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", contract.MediaJSON)
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(text) // the look is on disk; the sender asks again
}

func (s *Server) hear(w http.ResponseWriter, r *http.Request) (looking bool, err error) {
	target, known := s.targets[r.PathValue("target")]
	known = known && len(target.Secrets) > 0
	if !known { // costs the same work as a wrong signature
		target.Secrets = []contract.Secret{s.nobody}
	}
	body, err := readBody(w, r, maxChange)
	if err != nil {
		return false, err
	}
	_, err = contract.Verify(r.Header, body, target.Secrets, s.cfg.Now(), contract.DefaultTolerance)
	switch {
	case !known:
		return false, stet.Errorf(stet.NotFound, "unknown_target", "there is no such target, or it has no change_secrets; see stet.yaml under targets")
	case err != nil:
		return false, err
	}
	var c change
	if err := json.Unmarshal(body, &c); err != nil {
		return false, stet.Errorf(stet.Invalid, "bad_message", "the body is not a JSON object with type and key: %w", err)
	}
	content, ours := strings.CutSuffix(c.Key, "@"+target.Name)
	if !ours || content == "" {
		return false, stet.Errorf(stet.Invalid, "bad_key", "the key %.100q is not that of a content at the target %s; it must end in @%s", c.Key, target.Name, target.Name)
	}
	if c.Type != "item_changed" {
		return false, nil
	}
	return s.cfg.Engine.Look(r.Context(), stet.Key{ContentID: content, Target: target.Name})
}

func (s *Server) describeChanges() {
	header := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	problems := &huma.MediaType{Schema: s.api.OpenAPI().Components.Schemas.Schema(problemType, true, "Problem")}
	str := &huma.Schema{Type: huma.TypeString}
	responses := map[string]*huma.Response{"202": {Description: "Taken. looking says whether the item is looked at because of it.",
		Content: map[string]*huma.MediaType{contract.MediaJSON: {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"looking"},
			Properties: map[string]*huma.Schema{"looking": {Type: huma.TypeBoolean}}}}}}}
	for status, doc := range map[string]string{"400": "Not a message of the form, or the key of another target.", "401": "The signature is missing, wrong or old.",
		"404": "There is no such target, or it has no change_secrets.", "413": "Larger than 64 KiB.", "503": "It cannot be stored now; try again after Retry-After."} {
		responses[status] = &huma.Response{Description: doc, Content: map[string]*huma.MediaType{mediaProblem: problems}}
	}
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: "report-change", Method: http.MethodPost, Path: changesPath, Tags: []string{"door"},
		Summary: "Report a change", Description: "For a target: somebody changed an item in it. Signed after Standard Webhooks with one of the target's change_secrets. " +
			"stet looks at the item at once; the message itself decides nothing.",
		Parameters: []*huma.Param{{Name: "target", In: "path", Required: true, Schema: str},
			header(contract.HeaderID, "Equal for the repetitions of one message."), header(contract.HeaderTimestamp, "Seconds since 1970; five minutes of tolerance."),
			header(contract.HeaderSignature, "v1, and the base64 HMAC-SHA256 of id.timestamp.body.")},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{contract.MediaJSON: {Schema: &huma.Schema{Type: huma.TypeObject,
			Required: []string{"type", "key"}, Properties: map[string]*huma.Schema{"type": {Type: huma.TypeString, Description: "item_changed; others are taken and ignored."},
				"key": {Type: huma.TypeString, Description: "Of the publication: content_id@target."}}}}}},
		Responses: responses})
}
