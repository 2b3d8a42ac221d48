package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const connection = "compared"

// running is a built plugin, driven over gRPC as Steampipe drives it.
type running struct {
	*grpc.PluginClient
	process *goplugin.Client
}

// launch starts a plugin. config is the body of its connection.
func launch(file, name, config string) (*running, error) {
	process := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  shared.Handshake,
		Plugins:          map[string]goplugin.Plugin{name: &shared.WrapperPlugin{}},
		Cmd:              exec.Command(file),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		Logger:           hclog.NewNullLogger(),
	})
	client, err := grpc.NewPluginClient(process, name)
	if err == nil {
		_, err = client.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
			Configs:        []*proto.ConnectionConfig{{Connection: connection, Plugin: name, Config: config}},
			MaxCacheSizeMb: 32,
		})
	}
	if err != nil {
		process.Kill()
		return nil, fmt.Errorf("starting %s: %w", file, err)
	}
	return &running{client, process}, nil
}

// scan asks for the rows of a table: what Steampipe does for a table of a query. Columns
// of a type other than text are left "".
func (p *running) scan(table string, columns []string, quals ...*proto.Qual) ([]map[string]*proto.Column, error) {
	byColumn := map[string]*proto.Quals{}
	for _, q := range quals {
		if byColumn[q.FieldName] == nil {
			byColumn[q.FieldName] = &proto.Quals{}
		}
		byColumn[q.FieldName].Quals = append(byColumn[q.FieldName].Quals, q)
	}
	stream, _, cancel, err := p.Execute(&proto.ExecuteRequest{
		Table: table, CallId: grpc.BuildCallId(), Connection: connection,
		QueryContext:          proto.NewQueryContext(columns, byColumn, -1, nil),
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{connection: {CacheEnabled: true, CacheTtl: 300}},
	})
	if err != nil {
		return nil, err
	}
	defer cancel()
	var rows []map[string]*proto.Column
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, r.Row.Columns)
	}
}

// texts returns the columns of rows as texts.
func texts(of []map[string]*proto.Column, columns ...string) (rows []row) {
	for _, columnsOf := range of {
		r := row{}
		for _, c := range columns {
			r[c] = columnsOf[c].GetStringValue()
		}
		rows = append(rows, r)
	}
	return rows
}

func qual(column, operator string, value *proto.QualValue) *proto.Qual {
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: value}
}

func text(value string) *proto.QualValue {
	return &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: value}}
}

// list is the value of an in list.
func list(values []string) *proto.QualValue {
	l := &proto.QualValueList{}
	for _, v := range values {
		l.Values = append(l.Values, text(v))
	}
	return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: l}}
}

func moment(t time.Time) *proto.QualValue {
	return &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(t)}}
}

// inSteampipe asks this plugin as Steampipe does for the queries of docs/: keys that the
// query names are one scan, and a join is a scan for each key, one after another.
func inSteampipe(file string) func(question, string, *simulator.Simulator) ([]row, error) {
	return func(q question, endpoint string, sim *simulator.Simulator) ([]row, error) {
		p, err := launch(file, "steampipe-plugin-dingtalk", spc.Body(endpoint, sim.App.ClientID, sim.App.ClientSecret))
		if err != nil {
			return nil, err
		}
		defer p.process.Kill()
		return q.scans(p)
	}
}

func scanSchedules(p *running) ([]row, error) {
	columns := []string{"schedule_conference_id", "conference_id", "title"}
	rows, err := p.scan("dingtalk_schedule_conference", columns, qual("schedule_conference_id", "=", list(scheduleIDs())))
	return texts(rows, columns...), err
}

func scanDirectory(p *running) ([]row, error) {
	columns := []string{"user_id", "union_id", "name"}
	rows, err := p.scan("dingtalk_user", columns)
	return texts(rows, columns...), err
}

func scanAttendance(p *running) ([]row, error) {
	type event struct {
		code       string
		start, end int64
	}
	planned := map[event]bool{}
	codes := map[string]bool{}
	events, err := p.scan("dingtalk_calendar_event", []string{"union_id", "room_code", "start_time", "end_time"},
		qual("union_id", "=", list(askedUnionIDs())), qual("start_time", ">=", moment(from)), qual("start_time", "<", moment(until)))
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if start := e["start_time"].GetTimestampValue().AsTime(); !start.Before(from) && start.Before(until) {
			code := e["room_code"].GetStringValue()
			planned[event{code, start.Unix(), e["end_time"].GetTimestampValue().GetSeconds()}] = true
			codes[code] = true
		}
	}
	held := map[string]bool{}
	for code := range codes {
		found, err := p.scan("dingtalk_conference", []string{"room_code", "conference_id", "start_time"}, qual("room_code", "=", text(code)))
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			start := c["start_time"].GetTimestampValue().GetSeconds()
			for e := range planned {
				if e.code == code && start >= e.start-30*60 && start <= e.end+2*60*60 {
					held[c["conference_id"].GetStringValue()] = true
				}
			}
		}
	}
	columns := []string{"conference_id", "union_id", "user_nick"}
	seen := map[string]bool{}
	var rows []row
	for id := range held {
		members, err := p.scan("dingtalk_conference_member", append(columns, "join_time"), qual("conference_id", "=", text(id)))
		if err != nil {
			return nil, err
		}
		for i, r := range texts(members, columns...) {
			if members[i]["join_time"].GetTimestampValue() != nil && !seen[line(r)] {
				seen[line(r)] = true
				rows = append(rows, r)
			}
		}
	}
	return rows, nil
}

// inNet asks Steampipe's Net plugin, whose net_http_request makes any call, for the
// schedules: an address for each in a list, with a token that was fetched before. Like
// SQL, it reads the rows of the answers that have some.
func inNet(file string) func(question, string, *simulator.Simulator) ([]row, error) {
	return func(_ question, endpoint string, sim *simulator.Simulator) ([]row, error) {
		p, err := launch(file, "steampipe-plugin-net", "")
		if err != nil {
			return nil, err
		}
		defer p.process.Kill()
		ids := map[string]string{}
		var urls []string
		for _, id := range scheduleIDs() {
			url := endpoint + "/v1.0/conference/videoConferences/scheduleConferences/" + id + "?maxResults=100"
			ids[url], urls = id, append(urls, url)
		}
		header, err := json.Marshal(row{"x-acs-dingtalk-access-token": sim.IssueToken()})
		if err != nil {
			return nil, err
		}
		responses, err := p.scan("net_http_request", []string{"url", "request_headers", "response_body"}, qual("url", "=", list(urls)),
			qual("request_headers", "=", &proto.QualValue{Value: &proto.QualValue_JsonbValue{JsonbValue: string(header)}}))
		if err != nil {
			return nil, err
		}
		var rows []row
		for _, r := range responses {
			var body struct {
				ConferenceList []struct{ ConferenceID, Title string }
			}
			if err := json.Unmarshal([]byte(r["response_body"].GetStringValue()), &body); err != nil {
				return nil, err
			}
			for _, c := range body.ConferenceList {
				rows = append(rows, row{"schedule_conference_id": ids[r["url"].GetStringValue()], "conference_id": c.ConferenceID, "title": c.Title})
			}
		}
		return rows, nil
	}
}
