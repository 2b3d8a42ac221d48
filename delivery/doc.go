// Package delivery makes the answer of a Steampipe plugin whole or an error, which
// the plugin SDK (5.14.1) does not promise: it hands rows and errors on in separate
// channels, twice, and where an error and the end of the rows are both there to be
// taken, select takes one of them at random. contributing/sdk-faults.md has this fault and
// the others. The package knows no plugin: any whose tables have list functions can
// use it.
//
// # What a plugin calls
//
// Two functions and a type are enough (see the example):
//
//   - [ListFunc] is a table's list function. It returns its error and hands its rows
//     to emit, in place of the SDK's StreamListItem.
//   - [List] makes the Hydrate function of the table's ListConfig of it. The table
//     has no Get function and no matrix. In an engine that links the plugin, rows
//     are held in memory until the last has been read, and an error takes 10 to 50
//     ms on its way.
//   - [Serve] takes the place of plugin.Serve, for a plugin with a static schema. It
//     remembers answers in place of the SDK's query cache, within the time and the
//     size that Steampipe sets, and packs them, a thousand rows at a time.
//
// The others are for plugins that can do more, and cost nothing where they are not
// called:
//
//   - [Keys] says which of several key columns decides the list calls, and which
//     values are one value written in several ways. The zero value is a list call for
//     each combination of the values that a query names.
//   - [Wanted] returns how many rows the query's LIMIT leaves to be read: as many as
//     the first page needs. It is a guess of the engine's, and not the end.
//   - [Proceed] waits, before a list function's next API call, while the engine may
//     have enough rows: 150 ms, after which the list function goes on, or an error
//     if the engine has left. Without it a LIMIT costs one call too many.
//   - [NewServer] returns the [Server] that Serve serves, for programs that ask a
//     plugin in their own process, and for tests.
//   - [SetFreeMemInterval] is what Serve does about the SDK's garbage collection, for
//     such programs.
//
// # A query, from Execute to its rows
//
// In Steampipe:
//
//  1. Steampipe calls [Server.Execute] (server.go) with a table, conditions, columns,
//     connections and maybe a LIMIT.
//  2. missingKeys refuses a query that names too few key columns.
//  3. split (question.go, keys.go) takes the request apart, into a question for each
//     connection and each list call that the conditions need.
//  4. ask looks for the answer to such a question among those under way and those
//     remembered (answers.join, answer.go), or begins one.
//  5. To begin one, runScan (scan.go) has the SDK execute the question, without the
//     LIMIT and the SDK's cache, and takes the rows by a stream of its own.
//  6. The SDK calls the table's Hydrate function, which finds its scan in the context
//     and calls the list function (scan.list). So the server has the list function's
//     error from the function itself.
//  7. The list function hands rows to emit; the SDK builds their columns, and sends
//     them to the scan (scan.Send), from where they go to the answer (answer.add).
//  8. Each query that waits for the answer reads it at its own pace, and sends the rows
//     to its engine (outlet.send). After as many as its LIMIT it waits whether the
//     engine ends the query (wish.go).
//  9. The list function returns. If it failed, the scan waits until all rows have come
//     through the SDK, and fails; if not, the rows that came are compared in number
//     with those that were handed to emit. An answer that is whole is remembered.
//  10. The first error of a question ends the others, and is what Execute returns, when
//     all have ended.
//
// In an engine that links the plugin into itself there is no Server (held.go):
//
//  1. The engine calls the SDK's CallExecuteAsync. For a list of values the SDK makes a
//     list call for each, at once.
//  2. The first of these calls the list function for all that the conditions need, and
//     keeps the rows. The others do nothing.
//  3. If all went well, it hands all rows to the SDK. If not, it hands none, and
//     returns an error that ends the SDK's execute before that sends the end of the
//     rows (lateError).
package delivery
