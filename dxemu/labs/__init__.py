"""Labs that outlive the command which started them: a supervisor each, and the clients that give it orders.

A lab has a folder below `places.state_folder()`, for its owner alone. In it are a socket, on which its supervisor is
asked one thing a connection (`wire`), a lock that the supervisor holds while it lives, and the lab's own files.
"""
