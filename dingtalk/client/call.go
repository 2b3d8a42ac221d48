package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// read sends a request with the client's token. If DingTalk no longer accepts the
// token, it fetches a new one and sends the request again, both once. If wait is not
// nil, read calls it before each call. For an id that cannot exist, read returns a
// NotFound error and makes no call.
func read[A any, PA answerTo[A]](ctx context.Context, c *Client, wait func(context.Context) error, r request) (*A, error) {
	if r.hasImpossibleID() {
		return nil, noCall()
	}
	b := &budget{}
	tok, err := c.token(ctx, b)
	if err != nil {
		return nil, err
	}
	a, err := send[A, PA](ctx, c, b, wait, r, tok.value)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Unauthenticated {
		if !c.tokens.renewable() {
			e.Kind = OwnTokenRefused
			return nil, err
		}
		c.log.Debug("the token is refused; fetching a new one", "error", err)
		c.tokens.invalidate(tok)
		if tok, err = c.token(ctx, b); err != nil {
			return nil, err
		}
		a, err = send[A, PA](ctx, c, b, wait, r, tok.value)
	}
	if IsKind(err, NoPermission) {
		c.tokens.replaceSoon(tok) // a permission given from now on may need a new token
	}
	return a, err
}

// noCall returns the error for an id that cannot exist.
func noCall() *Error {
	return &Error{Kind: NotFound, Message: "no call was made, since this cannot be an id"}
}

// token returns the client's token. It waits for the token as long as the budget of
// the request allows.
func (c *Client) token(ctx context.Context, b *budget) (tok *token, err error) {
	limited, cancel := context.WithTimeout(ctx, b.left())
	defer cancel()
	err = b.spend(func() error {
		tok, err = c.tokens.token(limited)
		return err
	})
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return nil, &Error{Kind: Transient, TokenCall: true, Message: fmt.Sprintf("no complete answer within %s", maxTotal)}
	}
	return tok, err
}

// budget counts the time that a request has taken. A request may take maxTotal.
type budget struct{ spent time.Duration }

func (b *budget) left() time.Duration { return maxTotal - b.spent }

// spend calls f, and counts the time that f takes.
func (b *budget) spend(f func() error) error {
	start := time.Now()
	err := f()
	b.spent += time.Since(start)
	return err
}
