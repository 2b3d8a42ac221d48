package engine

import (
	"errors"
	"strings"

	"google.golang.org/grpc/status"
)

// plain removes what gRPC puts before the text of an error, "rpc
// error: code = … desc = ", which does not help a person.
func plain(err error) error {
	var s interface {
		error
		GRPCStatus() *status.Status
	}
	if !errors.As(err, &s) {
		return err
	}
	return &plainError{strings.ReplaceAll(err.Error(), s.Error(), s.GRPCStatus().Message()), err}
}

type plainError struct {
	text string
	err  error
}

func (e *plainError) Error() string { return e.text }
func (e *plainError) Unwrap() error { return e.err }
