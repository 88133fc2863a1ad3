import Foundation

/// nginx on loopback, which answers every request with the same JSON and counts.
struct WebSink {
    let port: Int

    /// Lends a sink with files in a directory; the same program with the same options for whoever sends to it.
    static func lend<T>(in directory: String, _ body: (WebSink) throws -> T) throws -> T {
        guard let nginx = ChildProcess.find("nginx") else {
            throw BenchError("nginx is not there; apt install nginx-light")
        }
        let port = try ChildProcess.freePort()
        let configuration = directory + "/nginx.conf"
        try Self.configuration(port, directory).write(toFile: configuration, atomically: true, encoding: .utf8)
        let child = try ChildProcess(
            [nginx, "-p", directory, "-c", configuration, "-e", directory + "/nginx.err", "-g", "daemon off;"])
        defer { child.stop() }
        try ChildProcess.waitForPort(port, of: child, what: "nginx")
        return try body(WebSink(port: port))
    }

    /// How many requests it has answered at `/v1/messages`, by its own count.
    func requests() throws -> Int {
        // "server accepts handled requests" and below it three numbers; this question is one of them.
        let answer = LoopbackHTTP.get("/status", port: port) ?? ""
        let lines = answer.split(whereSeparator: \.isNewline)
        guard let head = lines.firstIndex(where: { $0.hasPrefix("server accepts") }), head + 1 < lines.count,
            let count = lines[head + 1].split(separator: " ").last.flatMap({ Int($0) })
        else { throw BenchError("nginx does not say how many requests it had: \(answer.suffix(200))") }
        return count - 1
    }

    private static func configuration(_ port: Int, _ directory: String) -> String {
        """
        worker_processes 1;
        pid \(directory)/nginx.pid;
        events { worker_connections 256; }
        http {
            access_log off;
            keepalive_requests 100000000;
            client_body_temp_path \(directory)/body;
            proxy_temp_path \(directory)/proxy;
            fastcgi_temp_path \(directory)/fastcgi;
            uwsgi_temp_path \(directory)/uwsgi;
            scgi_temp_path \(directory)/scgi;
            server {
                listen 127.0.0.1:\(port);
                location = /status { stub_status; }
                location / {
                    default_type application/json;
                    return 200 '{"id":"m-1","status":"queued"}';
                }
            }
        }

        """
    }
}
