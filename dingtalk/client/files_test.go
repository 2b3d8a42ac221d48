package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// What the calls are is in files of their own, which the others do not name.
func TestFilesOfAPIs(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{} // what the files of APIs declare
	others := map[string]*ast.File{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(path, "api_") {
			others[path] = file
			continue
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					named[d.Name.Name] = path
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						named[spec.Name.Name] = path
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							named[name.Name] = path
						}
					}
				}
			}
		}
	}
	if len(named) < 50 {
		t.Errorf("%d names: does the test still find them?", len(named))
	}
	for path, file := range others {
		var visit func(ast.Node) bool
		visit = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				ast.Inspect(n.X, visit) // Sel is of another package, or of a type
				return false
			case *ast.Ident:
				if named[n.Name] != "" {
					t.Errorf("%s names %s of %s", path, n.Name, named[n.Name])
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "declare" && path != "credentials.go" {
					t.Errorf("%s declares an endpoint: name it api_%s", path, path)
				}
			}
			return true
		}
		ast.Inspect(file, visit)
	}
}
