import Testing

/// The real program against real peers, as its users and its faults meet it.
///
/// One after the other: each test runs several servers, and figures such as "stops within ten seconds" would mean nothing
/// on a machine that runs all of them at once.
@Suite(.serialized, .timeLimit(.minutes(15))) enum EndToEnd {}
