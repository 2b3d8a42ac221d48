package powerpipe

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Dashboard is a page of panels.
type Dashboard struct {
	Name, Title string
	Tags        map[string]string
	// Panels are the panels with a query, also those in containers.
	Panels []*Panel
}

// Panel is a card, chart, table or input of a dashboard.
type Panel struct {
	// Kind is the panel's block, such as card; Name is "" if it has none.
	Kind, Name, Title string
	// Query is what it shows.
	Query *Query
	// Args are the names of the parameters that it gives values to.
	Args []string
}

func (l *loader) readDashboards() error {
	for _, b := range l.blocks["dashboard"] {
		d := &Dashboard{Name: label(b)}
		var err error
		if d.Title, err = l.text(b.Body, "title"); err != nil {
			return err
		}
		if d.Tags, err = l.tags(b.Body); err != nil {
			return err
		}
		if d.Panels, err = l.panels(b.Body); err != nil {
			return err
		}
		if err := add(l.mod.Dashboards, b, d); err != nil {
			return err
		}
	}
	return nil
}

// panels returns the panels with a query in a body, and in the containers in it.
func (l *loader) panels(body *hclsyntax.Body) ([]*Panel, error) {
	var all []*Panel
	for _, b := range body.Blocks {
		if b.Type == "container" {
			inner, err := l.panels(b.Body)
			if err != nil {
				return nil, err
			}
			all = append(all, inner...)
			continue
		}
		p := &Panel{Kind: b.Type, Name: label(b)}
		var err error
		if p.Title, err = l.text(b.Body, "title"); err != nil {
			return nil, err
		}
		if attribute, ok := b.Body.Attributes["query"]; ok {
			kind, name, err := reference(attribute.Expr)
			if err != nil {
				return nil, err
			}
			if p.Query = l.mod.Queries[name]; p.Query == nil || kind != "query" {
				return nil, at(attribute.SrcRange, "there is no %s %s", kind, name)
			}
		} else if _, ok := b.Body.Attributes["sql"]; ok {
			if p.Query, err = l.query(b); err != nil {
				return nil, err
			}
		} else {
			continue
		}
		if attribute, ok := b.Body.Attributes["args"]; ok {
			pairs, diags := hcl.ExprMap(attribute.Expr)
			if diags.HasErrors() {
				return nil, diags
			}
			for _, pair := range pairs {
				p.Args = append(p.Args, hcl.ExprAsKeyword(pair.Key))
			}
		}
		all = append(all, p)
	}
	return all, nil
}
