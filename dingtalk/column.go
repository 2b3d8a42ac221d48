package dingtalk

import (
	"context"
	"encoding/json"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
)

// A column is one line: its name, its description, and a function that returns its
// value. Which function makes a column of which SQL type: column by its Go type
// (typeOf); text from identifier, roomCode, legacyText, legacyID, word, fromKey;
// timestamp from timestamp; double from durationSeconds; bool from flag; jsonb from
// object.
//
// A transform of this package never fails: the SDK would stream nil in place of the
// row, which ends the query as if it were complete. So the client checks the values
// when it decodes a page.

// record is a row for the SDK: the table's own row, and its list call.
type record struct {
	row any
	of  *listing
}

// sqlValue is a Go type with an SQL type of its own.
type sqlValue interface {
	string | int64 | float64 | bool | time.Time | json.RawMessage
}

// column returns a column with a value of a row of type R; nil is NULL.
func column[R any, V sqlValue](name, description string, get func(R) *V) *plugin.Column {
	return &plugin.Column{
		Name:        name,
		Description: description,
		Type:        typeOf[V](),
		Transform: transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
			if v := get(d.HydrateItem.(record).row.(R)); v != nil {
				return *v, nil
			}
			return nil, nil
		}),
	}
}

func typeOf[V sqlValue]() proto.ColumnType {
	switch any(*new(V)).(type) {
	case int64:
		return proto.ColumnType_INT
	case float64:
		return proto.ColumnType_DOUBLE
	case bool:
		return proto.ColumnType_BOOL
	case time.Time:
		return proto.ColumnType_TIMESTAMP
	case json.RawMessage:
		return proto.ColumnType_JSON
	default:
		return proto.ColumnType_STRING
	}
}

// identifier returns a column with an id or a code; an empty one is NULL.
func identifier[R any](name, description string, get func(R) *string) *plugin.Column {
	return column(name, description, func(row R) *string { return idOf(get(row)) })
}

// idOf returns an id or a code; nil for an empty one.
func idOf(id *string) *string {
	if id == nil || *id == "" {
		return nil
	}
	return id
}

// roomCodeColumn is the name of the column with a meeting number in every table.
const roomCodeColumn = "room_code"

// roomCode returns a column with the meeting number by which people join. Some answers
// of DingTalk have its digits in groups, others do not, so rows show digits. A room
// code that the query names is shown as the query writes it, since the engine compares
// the text.
func roomCode[R any](description string, get func(R) *string) *plugin.Column {
	return &plugin.Column{
		Name:        roomCodeColumn,
		Description: description,
		Type:        proto.ColumnType_STRING,
		Transform: transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
			r := d.HydrateItem.(record)
			code := get(r.row.(R))
			if code == nil {
				return nil, nil
			}
			digits := client.RoomCodeDigits(*code)
			for _, v := range r.of.named(roomCodeColumn) {
				if written := v.GetStringValue(); client.RoomCodeDigits(written) == digits {
					return written, nil
				}
			}
			return digits, nil
		}),
	}
}

// legacyText and legacyID are like column and identifier, for the texts of the older
// API.
func legacyText[R any](name, description string, get func(R) *client.LegacyText) *plugin.Column {
	return column(name, description, func(row R) *string { return (*string)(get(row)) })
}

func legacyID[R any](name, description string, get func(R) *client.LegacyText) *plugin.Column {
	return identifier(name, description, func(row R) *string { return (*string)(get(row)) })
}

// timestamp returns a column with a time in milliseconds; 0 is NULL.
func timestamp[R any](name, description string, get func(R) *client.Millis) *plugin.Column {
	return column(name, description, func(row R) *time.Time { return get(row).Time() })
}

// durationSeconds returns a column with a length of time.
func durationSeconds[R any](description string, get func(R) *client.Span) *plugin.Column {
	return column("duration_seconds", description, func(row R) *float64 { return get(row).Seconds() })
}

// flag returns a column with a yes or no; NULL if DingTalk returned neither.
func flag[R any](name, description string, get func(R) client.Flag) *plugin.Column {
	return column(name, description, func(row R) *bool { return get(row).Bool() })
}

// object returns a column with JSON as DingTalk sent it; NULL if it sent none.
func object[R any](name, description string, get func(R) json.RawMessage) *plugin.Column {
	return column(name, description, func(row R) *json.RawMessage {
		if raw := get(row); raw != nil {
			return &raw
		}
		return nil
	})
}

// word returns a column with the word for a code; NULL for an unknown code.
func word[R any, C comparable](name, description string, words map[C]string, get func(R) *C) *plugin.Column {
	return column(name, description, func(row R) *string {
		if code := get(row); code != nil {
			if w, ok := words[*code]; ok {
				return &w
			}
		}
		return nil
	})
}

// fromKey returns a column with the value that a query names.
func fromKey(name, description string) *plugin.Column {
	return &plugin.Column{
		Name:        name,
		Description: description,
		Type:        proto.ColumnType_STRING,
		Transform: transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
			if v, ok := d.HydrateItem.(record).of.key(name); ok {
				return v, nil
			}
			return nil, nil
		}),
	}
}

// title makes a column the title column, for a table whose rows have no other name.
func title(column *plugin.Column) *plugin.Column {
	column.Name = "title"
	return column
}

// jsonList returns a list as a JSON array; nil if there is no list.
func jsonList[E string | client.LegacyInt](list []E) json.RawMessage {
	if list == nil {
		return nil
	}
	b, err := json.Marshal(list)
	if err != nil { // never for a list of such values
		return nil
	}
	return b
}

// corpIDColumn is in every table. An aggregator chooses connections by it.
var corpIDColumn = &plugin.Column{
	Name:        "corp_id",
	Description: "The CorpId of the organization, as the connection's config names it. Null where it names none.",
	Type:        proto.ColumnType_STRING,
	Transform: transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
		if id := d.HydrateItem.(record).of.settings.corpID; id != "" {
			return id, nil
		}
		return nil, nil
	}),
}
