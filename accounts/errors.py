class AccountError(Exception):
    """What an action refuses; `message` is told to whoever asked."""

    def __init__(self, message):
        super().__init__(str(message))
        self.message = message
