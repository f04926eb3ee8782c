<?php // A receiver of pushes: prints what comes, answers 200.   php -S 127.0.0.1:9000 receiver.php
file_put_contents('php://stderr', json_encode([
    'method' => $_SERVER['REQUEST_METHOD'],
    'url' => $_SERVER['REQUEST_URI'],
    'headers' => getallheaders(),
    'body' => file_get_contents('php://input'),
], JSON_UNESCAPED_SLASHES) . "\n");
header('Content-Type: application/json');
echo '{"ok":true}';
