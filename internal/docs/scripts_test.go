package docs_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Steampipe stops the other services of its user when it sets up an install directory.
// So the one script that starts a Steampipe refuses to, while such a service runs.
func TestScriptsStopNoService(t *testing.T) {
	scripts, err := filepath.Glob(".ci/*")
	if err != nil {
		t.Fatal(err)
	}
	var starting []string
	for _, script := range scripts {
		text := read(t, script)
		if strings.Contains(text, "steampipe service start") {
			starting = append(starting, script)
		}
		if strings.Contains(text, "steampipe query ") && !strings.Contains(text, "\nsource .ci/demo-steampipe\n") {
			t.Errorf("%s queries a Steampipe that .ci/demo-steampipe did not start", script)
		}
	}
	if !slices.Equal(starting, []string{".ci/demo-steampipe"}) {
		t.Errorf("a Steampipe is started in %v", starting)
	}
	script, err := filepath.Abs(".ci/demo-steampipe")
	if err != nil {
		t.Fatal(err)
	}

	const options = " -p 9193 -c listen_addresses=localhost -c application_name=steampipe -c cluster_name=steampipe"
	for name, test := range map[string]struct{ processes, refusal string }{
		"none": {"  17 bash .ci/steampipe-traps", ""},
		"another Postgres": {
			"  17 /usr/lib/postgresql/14/bin/postgres -D /srv/postgres\n  18 postgres: checkpointer", ""},
		"another name": {
			"  17 /usr/bin/postgres -c application_name=steampipe_copy -D /srv/postgres", ""},
		"a service": {
			"  17 bash\n  18 /home/li na/.steampipe/db/14.19.0/postgres/bin/postgres" + options + " -D /home/li na/.steampipe/db/14.19.0/data\n  19 postgres: checkpointer",
			"A Steampipe service of this user runs (process 18, install directory /home/li na/.steampipe). Steampipe would stop it when this script starts its own: stop it yourself with `steampipe service stop --install-dir '/home/li na/.steampipe'`, or run this script as another user.\n"},
		"two services": {
			"  18 /a/db/14.19.0/postgres/bin/postgres" + options + " -D /a/db/14.19.0/data\n  19 /b/db/14.19.0/postgres/bin/postgres" + options + " -D /b/db/14.19.0/data",
			"A Steampipe service of this user runs (process 18, install directory /a). "},
		"its folder unknown": {
			"  18 postgres -c application_name=steampipe",
			"A Steampipe service of this user runs. Steampipe would stop it when this script starts its own: stop it yourself with `steampipe service stop`, or "},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for path, text := range map[string]string{
				"stubs/ps":               "cat processes",
				"stubs/make":             "",
				"stubs/steampipe":        `echo "$*" >>started`,
				"bin/dingtalk-simulator": "echo 'connection \"dingtalk\" {'; echo '}'; echo 'steampipe query'",
			} {
				write(t, filepath.Join(folder, path), "#!/bin/sh\n"+text+"\n", 0o755)
			}
			write(t, filepath.Join(folder, "processes"), test.processes+"\n", 0o644)
			write(t, filepath.Join(folder, "bin/steampipe/config/empty.spc"), "", 0o644)

			cmd := exec.Command("sh", "-c", `set -eu; . "$0"`, script)
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), "PATH="+filepath.Join(folder, "stubs")+string(os.PathListSeparator)+os.Getenv("PATH"))
			said, err := cmd.CombinedOutput()
			started, startedErr := os.ReadFile(filepath.Join(folder, "started"))
			if test.refusal == "" {
				if err != nil || len(said) > 0 || !strings.HasPrefix(string(started), "service start --database-port ") {
					t.Errorf("got %v, %q; started %q", err, said, started)
				}
				return
			}
			if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.HasPrefix(string(said), test.refusal) {
				t.Errorf("got %v, %q, want exit code 1 and %q", err, said, test.refusal)
			}
			if !errors.Is(startedErr, fs.ErrNotExist) {
				t.Errorf("Steampipe was called all the same: %q", started)
			}
		})
	}
}

// write creates a file and its folders.
func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
