package qa

// Report is the verdict on one article. The same article and the same pack give the same bytes of JSON.
type Report struct {
	File       string           `json:"file,omitempty"`
	ContentID  string           `json:"content_id,omitempty"`
	Title      string           `json:"title"`
	Policy     string           `json:"policy"` // name and content hash of the pack: default@sha256:...
	Passed     bool             `json:"passed"`
	Score      int              `json:"score"`
	Threshold  int              `json:"threshold"`
	Categories []CategoryScore  `json:"categories"`
	Findings   []Finding        `json:"findings"` // by field and place
	Atoms      Atoms            `json:"atoms,omitzero"`
	Unchecked  []string         `json:"unchecked,omitempty"`
	Errors     []string         `json:"errors,omitempty"`  // of checks; any makes the article fail
	Reasons    []string         `json:"reasons,omitempty"` // why it did not pass
	Words      int              `json:"words"`
	Counts     map[Severity]int `json:"counts"` // of findings that are neither waived nor old
}

// CategoryScore is the score of one category, 0..100; nil where nothing could be judged.
type CategoryScore struct {
	Category Category `json:"category"`
	Score    *int     `json:"score"`
	Floor    int      `json:"floor"`
}
