package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// init lets the consoles of Windows take the escape sequences that erase a line. Older
// ones show them as text otherwise.
func init() {
	for _, file := range []*os.File{os.Stdout, os.Stderr} {
		console := windows.Handle(file.Fd())
		var mode uint32
		if windows.GetConsoleMode(console, &mode) == nil {
			_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
		}
	}
}
