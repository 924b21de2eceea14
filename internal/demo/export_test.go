package demo

// Judge looks at a website as the judge of a run does that brought one article and was told that it has version newest.
func Judge(folder, contentID string, newest int64) (Report, error) {
	d := &day{answers: newAnswers()}
	d.answers.versions[contentID] = map[int64]bool{1: true, newest: true}
	pages, err := readSite(folder)
	d.compare([]text{{id: contentID}}, pages)
	return d.report, err
}
