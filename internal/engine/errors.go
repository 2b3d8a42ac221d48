package engine

import (
	"errors"
	"strings"

	"google.golang.org/grpc/status"
)

// plain frees an error from what gRPC puts before the text of a status, "rpc
// error: code = … desc = ", which tells a person nothing.
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
